package evaluate

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"overt/resolve/match"
)

// Score measures clusters that another program made of a set: a file of record, tab,
// cluster. Records it does not name are alone; one it names that the set does not
// have, or names twice, is an error with its line.
func Score(d *Description, cfg Config, path string) (*Report, error) {
	data, err := d.load(cfg.Root)
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", d.Name, err)
	}
	clusters, err := readClusters(path, data.records)
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", d.Name, err)
	}
	r := &Report{Name: d.Name, Records: len(data.records)}
	entity := data.entities()
	r.measureClusters(clusters, data.records, entity)
	r.slices(clusters, data, entity)
	return r, nil
}

func readClusters(path string, records []match.Record) ([]match.Cluster, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	known := map[string]bool{}
	for i := range records {
		known[records[i].ID] = true
	}
	members := map[string][]string{}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		rec, cluster, ok := strings.Cut(s.Text(), "\t")
		switch {
		case !ok:
			return nil, fmt.Errorf("%s:%d: no tab", path, n)
		case !known[rec]:
			return nil, fmt.Errorf("%s:%d: %s is not in the set, or stands twice", path, n, rec)
		}
		delete(known, rec)
		members[cluster] = append(members[cluster], rec)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var out []match.Cluster
	for _, name := range slices.Sorted(maps.Keys(members)) {
		slices.Sort(members[name])
		out = append(out, match.Cluster{Members: members[name]})
	}
	return out, nil
}
