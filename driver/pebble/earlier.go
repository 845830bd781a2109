package pebble

import (
	"bytes"

	"github.com/cockroachdb/pebble/v2"

	"overt/statement"
)

// earlier tells what earlier runs of the same series say.
type earlier struct {
	it      *pebble.Iterator           // nil when there is no such run
	classes map[statement.Class]string // class → label key
	labels  map[statement.Class]string // of the run being written
	kin     *lineage                   // of classes
	prefix  []byte
	have    packList // scratch
	read    []reading
}

func (w *writer) earlier() (*earlier, error) {
	e := &earlier{classes: map[statement.Class]string{}, labels: map[statement.Class]string{}}
	for key, c := range w.labels {
		e.labels[c] = key
	}
	for _, r := range w.before {
		if r.Undone == "" && r.Dataset == w.run.Dataset && r.Series == w.run.Series {
			for i, c := range r.Classes {
				e.classes[c] = r.Labels[i].Key()
			}
		}
	}
	if len(e.classes) == 0 {
		return e, nil
	}
	e.kin = newLineage(w.before, func(c statement.Class) bool { return e.classes[c] != "" })
	var err error
	e.it, err = w.db.db.NewIter(&pebble.IterOptions{LowerBound: []byte{entityKeys}, UpperBound: []byte{entityKeys + 1}})
	return e, err
}

// says tells whether an earlier run says exactly this of the entity under the
// same label. Keys must be asked in ascending order: seeks then move forward.
func (e *earlier) says(key, pack []byte) (bool, error) {
	if e.it == nil {
		return false, nil
	}
	_, c, _, _ := splitKey(key)
	label := e.labels[c]
	e.prefix = append(e.prefix[:0], key[:len(key)-4]...)
	e.have.reset()
	for ok := e.it.SeekGE(e.prefix); ok && bytes.HasPrefix(e.it.Key(), e.prefix); ok = e.it.Next() {
		_, old, _, _ := splitKey(e.it.Key())
		if e.kin == nil && e.classes[old] != label || e.kin != nil && len(e.kin.heirs[old]) == 0 {
			continue
		}
		said, err := e.it.ValueAndErr()
		if err != nil {
			return false, err
		}
		if e.kin != nil {
			e.have.add(old, said[:min(len(said), packHead)])
		} else if samePack(said, pack) {
			return true, nil
		}
	}
	if e.kin != nil {
		e.read = e.kin.readings(e.read, e.have.classes)
		for _, r := range e.read {
			if e.classes[r.class] == label && samePack(e.have.pack(r.from), pack) {
				return true, nil
			}
		}
	}
	return false, e.it.Error()
}

// samePack says whether two packs say the same, by version and hash.
func samePack(a, b []byte) bool {
	return len(a) >= packHead && bytes.Equal(a[:packHead], b[:packHead])
}

func (e *earlier) close() {
	if e.it != nil {
		_ = e.it.Close()
	}
}

// A packList holds the packs of one entity by class, ascending.
type packList struct {
	classes []statement.Class
	bytes   []byte
	ends    []int // of each pack in bytes
}

func (l *packList) reset() { l.classes, l.bytes, l.ends = l.classes[:0], l.bytes[:0], l.ends[:0] }

func (l *packList) add(c statement.Class, pack []byte) {
	l.classes, l.bytes = append(l.classes, c), append(l.bytes, pack...)
	l.ends = append(l.ends, len(l.bytes))
}

func (l *packList) pack(i int) []byte {
	if i == 0 {
		return l.bytes[:l.ends[0]]
	}
	return l.bytes[l.ends[i-1]:l.ends[i]]
}
