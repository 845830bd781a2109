// Command screen measures requests against the lists of a home: how many in a
// second, and how long one takes.
//
//	overt --home DIR import LISTS…
//	go run ./bench/screen -home DIR -requests names.csv -column full_name
//
// The home must not be in use. Nothing is written to it.
package main

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"overt/driver/pebble"
	"overt/identity"
	"overt/policy"
	"overt/policy/engine"
	"overt/screen"
	"overt/statement"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "screen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	home := flag.String("home", "", "the home with the lists")
	path := flag.String("requests", "", "a CSV file, perhaps packed by gzip, with a line of names of columns")
	column := flag.String("column", "name", "the column with the name that is asked for")
	schema := flag.String("schema", "Person", "what is asked for")
	most := flag.Int("n", 10_000, "requests")
	threads := flag.Int("threads", runtime.GOMAXPROCS(0), "requests at once")
	flag.Parse()
	queries, err := read(*path, *column, *schema, *most)
	if err != nil {
		return err
	}
	store, err := pebble.Open(ctx, filepath.Join(*home, "statements"), pebble.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	view, err := shown(ctx, store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, view.Close()) }()
	start := time.Now()
	x, err := screen.Build(ctx, view, nil)
	if err != nil {
		return err
	}
	fmt.Printf("index    %d entities in %v\n", x.Len(), time.Since(start).Round(time.Millisecond))
	return ask(ctx, x, view, queries, *threads)
}

// shown is all that the home holds, as its owner sees it.
func shown(ctx context.Context, store statement.Store) (statement.View, error) {
	owner := identity.Actor{ID: "local:bench"}
	text, err := engine.Default(owner.ID).Marshal()
	if err != nil {
		return nil, err
	}
	e, err := engine.Parse("policy", text)
	if err != nil {
		return nil, err
	}
	purpose, err := e.Purpose("")
	if err != nil {
		return nil, err
	}
	labels, err := store.Labels(ctx)
	if err != nil {
		return nil, err
	}
	scope, _ := e.Scope(owner, purpose, policy.Cases{}, labels)
	return store.View(ctx, scope, statement.When{})
}

// ask sends all requests, so many at once, and prints what that took.
func ask(ctx context.Context, x *screen.Index, view statement.View, queries []screen.Query, threads int) error {
	o, err := screen.Options{}.WithDefaults()
	if err != nil {
		return err
	}
	took, failed := make([]time.Duration, len(queries)), make([]error, len(queries))
	var next, hits atomic.Int64
	var wait sync.WaitGroup
	start := time.Now()
	for range threads {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(queries) {
					return
				}
				from := time.Now()
				answered, err := x.Answer(ctx, view, queries[i:i+1], o)
				took[i], failed[i] = time.Since(from), err
				if err == nil && len(answered[0].Results) > 0 && answered[0].Results[0].Match {
					hits.Add(1)
				}
			}
		})
	}
	wait.Wait()
	all := time.Since(start)
	if err := errors.Join(failed...); err != nil {
		return err
	}
	slices.Sort(took)
	at := func(share float64) time.Duration {
		return took[int(share*float64(len(took)-1))].Round(time.Microsecond)
	}
	fmt.Printf("requests %d, %d with a match, %d threads: %.0f a second; half within %v, 99 of 100 within %v, the longest %v\n",
		len(queries), hits.Load(), threads, float64(len(queries))/all.Seconds(), at(0.5), at(0.99), at(1))
	return nil
}

func read(path, column, schema string, most int) ([]screen.Query, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, err
		}
	}
	rows := csv.NewReader(in)
	header, err := rows.Read()
	if err != nil {
		return nil, err
	}
	at := slices.Index(header, column)
	if at < 0 {
		return nil, fmt.Errorf("%s has no column %q", path, column)
	}
	var out []screen.Query
	for len(out) < most {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(row[at]) != "" {
			out = append(out, screen.Query{Schema: schema, Properties: map[string][]string{"name": {row[at]}}})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no requests", path)
	}
	return out, nil
}
