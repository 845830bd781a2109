package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"
)

// readPack gives the text of an embedded pack. A pack that says "like: other"
// is the other one but for the top keys it gives itself: lists of one form, each
// with its own name, series and detection. "under" says where in a larger form
// the records of the other lie.
func readPack(name string) ([]byte, error) {
	text, err := packFiles.ReadFile(path.Join("packs", name))
	if err != nil || !bytes.Contains(text, []byte("\nlike:")) {
		return text, err
	}
	own, err := topOf(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	i := keyIn(own, "like")
	if i < 0 {
		return text, nil
	}
	other, err := packFiles.ReadFile(path.Join("packs", own.Content[i+1].Value+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("%s: like: %w", name, err)
	}
	base, err := topOf(other)
	if err != nil {
		return nil, fmt.Errorf("%s: like: %w", name, err)
	}
	if keyIn(base, "like") >= 0 {
		return nil, fmt.Errorf("%s: like: a pack that is itself like another", name)
	}
	own.Content = slices.Delete(own.Content, i, i+2)
	for k := 0; k < len(own.Content); k += 2 {
		if at := keyIn(base, own.Content[k].Value); at >= 0 {
			base.Content[at+1] = own.Content[k+1]
		} else {
			base.Content = append(base.Content, own.Content[k], own.Content[k+1])
		}
	}
	if err := under(base); err != nil {
		return nil, fmt.Errorf("%s: under: %w", name, err)
	}
	return yaml.Marshal(base)
}

// under puts the queries in once for each place that the key of that name gives,
// and takes the key away: a place's "each" goes before that of a query, its other
// keys are added.
func under(top *yaml.Node) error {
	i, q := keyIn(top, "under"), keyIn(top, "queries")
	if i < 0 {
		return nil
	}
	places := top.Content[i+1]
	if q < 0 || places.Kind != yaml.SequenceNode {
		return errors.New("not a list of places for queries")
	}
	queries := top.Content[q+1]
	var all []*yaml.Node
	for _, place := range places.Content {
		for _, query := range queries.Content {
			if place.Kind != yaml.MappingNode || query.Kind != yaml.MappingNode {
				return errors.New("a place or a query that is not a mapping")
			}
			moved := *query
			moved.Content = slices.Clone(query.Content)
			for k := 0; k < len(place.Content); k += 2 {
				key, value := place.Content[k], place.Content[k+1]
				switch at := keyIn(&moved, key.Value); {
				case at < 0:
					moved.Content = append(moved.Content, key, value)
				case key.Value == "each":
					moved.Content[at+1] = &yaml.Node{Kind: yaml.SequenceNode, Content: slices.Concat(itemsOf(value), itemsOf(moved.Content[at+1]))}
				default:
					return fmt.Errorf("a query that has a key %q itself", key.Value)
				}
			}
			all = append(all, &moved)
		}
	}
	queries.Content = all
	top.Content = slices.Delete(top.Content, i, i+2)
	return nil
}

// itemsOf gives the items of a list, or one that stands alone.
func itemsOf(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// topOf gives the mapping at the top of a file.
func topOf(text []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("not a mapping")
	}
	return doc.Content[0], nil
}

// keyIn gives the index of a key, -1 when the mapping does not have it.
func keyIn(top *yaml.Node, key string) int {
	for i := 0; i < len(top.Content); i += 2 {
		if top.Content[i].Value == key {
			return i
		}
	}
	return -1
}
