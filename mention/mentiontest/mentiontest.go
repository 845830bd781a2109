// Package mentiontest is the suite that each mention.Sorted passes.
package mentiontest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"overt/mention"
)

// Run tests what open opens: an empty store, closed when the test ends.
func Run(t *testing.T, open func(t *testing.T) mention.Sorted) {
	for name, test := range map[string]func(*testing.T, mention.Sorted){
		"empty": empty, "order": order, "prefix": prefix, "moment": moment, "stopped": stopped,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func write(t *testing.T, s mention.Sorted, pairs ...string) {
	t.Helper()
	var list []mention.Pair
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, mention.Pair{Key: []byte(pairs[i]), Value: []byte(pairs[i+1])})
	}
	if err := s.Write(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

func scan(t *testing.T, s mention.Sorted, prefix, from string) string {
	t.Helper()
	var out []string
	for p, err := range s.Scan(t.Context(), []byte(prefix), []byte(from)) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%q=%q", p.Key, p.Value))
	}
	return strings.Join(out, " ")
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

// A value without bytes is there all the same.
func empty(t *testing.T, s mention.Sorted) {
	v, err := s.Get(t.Context(), []byte("a"))
	if v != nil || err != nil {
		t.Errorf("nothing is there: %q, %v", v, err)
	}
	write(t, s)
	write(t, s, "a", "")
	if v, err = s.Get(t.Context(), []byte("a")); v == nil || len(v) > 0 || err != nil {
		t.Errorf("an empty value: %q, %v", v, err)
	}
	want(t, "scan", scan(t, s, "a", ""), `"a"=""`)
}

// Pairs come by the bytes of their keys, in whatever order they were written;
// the last of one key counts.
func order(t *testing.T, s mention.Sorted) {
	r := rand.New(rand.NewPCG(1, 2))
	want := map[string]string{}
	for range 20 {
		var pairs []string
		for range r.IntN(8) {
			k := "k" + string([]byte{byte(r.IntN(4)) * 85, byte(r.IntN(256))})
			pairs = append(pairs, k, fmt.Sprint(r.IntN(9)))
			want[k] = pairs[len(pairs)-1]
		}
		write(t, s, pairs...)
	}
	var keys []string
	for p, err := range s.Scan(t.Context(), []byte("k"), nil) {
		if err != nil || want[string(p.Key)] != string(p.Value) {
			t.Fatalf("%q: %q, %v", p.Key, p.Value, err)
		}
		keys = append(keys, string(p.Key))
	}
	if !slices.IsSorted(keys) || len(keys) != len(want) {
		t.Errorf("%d keys of %d: %q", len(keys), len(want), keys)
	}
}

// A prefix may end in the highest byte.
func prefix(t *testing.T, s mention.Sorted) {
	write(t, s, "a", "1", "b", "2", "b\xff", "3", "b\xff\xff", "4", "b\xff\xffz", "5", "c", "6")
	want(t, "b", scan(t, s, "b", ""), `"b"="2" "b\xff"="3" "b\xff\xff"="4" "b\xff\xffz"="5"`)
	want(t, "b255", scan(t, s, "b\xff\xff", ""), `"b\xff\xff"="4" "b\xff\xffz"="5"`)
	want(t, "from within", scan(t, s, "b", "b\xff\xff"), `"b\xff\xff"="4" "b\xff\xffz"="5"`)
	want(t, "from before", scan(t, s, "b\xff", "a"), `"b\xff"="3" "b\xff\xff"="4" "b\xff\xffz"="5"`)
	want(t, "from behind", scan(t, s, "b", "d"), "")
	want(t, "none", scan(t, s, "x", ""), "")
}

// A scan shows one moment: what is written during it does not appear.
func moment(t *testing.T, s mention.Sorted) {
	write(t, s, "a", "1", "c", "3")
	var got []string
	for p, err := range s.Scan(t.Context(), []byte(""), nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(p.Key)+string(p.Value))
		write(t, s, "b", "2", "c", "4")
	}
	want(t, "during", strings.Join(got, " "), "a1 c3")
	want(t, "after", scan(t, s, "", ""), `"a"="1" "b"="2" "c"="4"`)
}

func stopped(t *testing.T, s mention.Sorted) {
	write(t, s, "a", "1")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := s.Write(ctx, []mention.Pair{{Key: []byte("b")}}); err == nil {
		t.Error("written after the end")
	}
	if _, err := s.Get(ctx, []byte("a")); err == nil {
		t.Error("read after the end")
	}
	want(t, "scan", scan(t, s, "", ""), `"a"="1"`)
}
