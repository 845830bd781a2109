package phrase

import (
	"testing"
)

func TestScan(t *testing.T) {
	s := NewSet()
	s.Add("Amazon Web Services", 1)
	s.Add("AWS", 1)
	s.Add("Amazon", 2)
	s.Add("Crédit Agricole", 3)
	s.Add("U.S. Cloud, Inc.", 4)
	s.Add("!!!", 5) // no word: never matches
	cases := []struct {
		text string
		want []string
		ids  []uint32
	}{
		{"FOR AMAZON WEB SERVICES (AWS) CLOUD", []string{"AMAZON", "AMAZON WEB SERVICES", "AWS"}, []uint32{2, 1, 1}},
		{"laws of the AWSOME land", nil, nil},
		{"amazon web site", []string{"amazon"}, []uint32{2}},
		{"amazon-web-services.", []string{"amazon", "amazon-web-services"}, []uint32{2, 1}},
		{"au crédit agricole", []string{"crédit agricole"}, []uint32{3}},
		{"by U S Cloud Inc", []string{"U S Cloud Inc"}, []uint32{4}},
		{"", nil, nil},
		{"\xff\xfeAWS\xff", []string{"AWS"}, []uint32{1}},
	}
	for _, c := range cases {
		got := s.Scan(c.text)
		if len(got) != len(c.want) {
			t.Errorf("%q: %d matches, want %d", c.text, len(got), len(c.want))
			continue
		}
		for i, m := range got {
			if c.text[m.Start:m.End] != c.want[i] || m.IDs[0] != c.ids[i] {
				t.Errorf("%q: match %d is %q of %v, want %q of %d", c.text, i, c.text[m.Start:m.End], m.IDs, c.want[i], c.ids[i])
			}
		}
	}
	if s.Len() != 5 {
		t.Errorf("%d phrases, want the 5 that have a word", s.Len())
	}
}

func FuzzScan(f *testing.F) {
	f.Add("Amazon Web Services", "for AMAZON WEB SERVICES now")
	f.Add("\xff", "a\xffb")
	f.Fuzz(func(t *testing.T, phrase, text string) {
		s := NewSet()
		s.Add(phrase, 7)
		start := 0
		for _, m := range s.Scan(text + " " + phrase) {
			if m.Start < start || m.End <= m.Start || m.End > len(text)+1+len(phrase) {
				t.Fatalf("span %d–%d after start %d", m.Start, m.End, start)
			}
			start = m.Start
		}
	})
}
