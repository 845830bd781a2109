package source

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"overt"
)

// pages fetches the parts of an answer one after the other. Each is kept with
// the place of the next in one step, so that none is fetched twice or missed.
func (r *run) pages(ctx context.Context, i int, f *File) error {
	c, begun := r.st.Cursors[i]
	if !begun {
		c = cursor{Page: 1}
		if f.Pages.First != nil {
			c.Page = int64(*f.Pages.First)
		}
	}
	for seq := r.count(i); !c.Done; seq++ {
		if seq >= f.Pages.Most {
			return overt.Errorf(overt.Invalid, "", "%s: more than %d pages", f.Name, f.Pages.Most)
		}
		t, err := r.page(i, seq, f, c)
		if err != nil {
			return err
		}
		r.hold = true
		got, err := r.get(ctx, t)
		r.hold = false
		if err != nil {
			return err
		}
		name := got.Name
		if c, err = r.turn(f, got, c); err != nil {
			r.drop(i, seq)
			return fmt.Errorf("%s: %w", name, err)
		}
		r.st.Cursors[i] = c
		if err := r.save(); err != nil {
			return err
		}
	}
	if c.Total != nil && *c.Total != c.Rows {
		return r.misfit(i, "the pages have %d rows together, and the publisher says there are %d; the list changed meanwhile", c.Rows, *c.Total)
	}
	return nil
}

// count is how many files of an item there are.
func (r *run) count(item int) (n int) {
	for _, f := range r.st.Files {
		if f.Item == item {
			n++
		}
	}
	return n
}

// drop takes a file back out of the state: it is not what it should be.
func (r *run) drop(item, seq int) {
	r.st.Files = slices.DeleteFunc(r.st.Files, func(x Fetched) bool { return x.Item == item && x.Seq == seq })
}

// misfit ends paging over a list that does not hold together. What there is of
// it is dropped, so that the same command begins at the first page.
func (r *run) misfit(item int, format string, args ...any) error {
	r.st.Files = slices.DeleteFunc(r.st.Files, func(x Fetched) bool { return x.Item == item })
	delete(r.st.Cursors, item)
	if err := r.save(); err != nil {
		return err
	}
	return overt.Errorf(overt.Conflict, "", format+"; the same command begins anew", args...)
}

// page is the request for the page that a cursor stands at.
func (r *run) page(i, seq int, f *File, c cursor) (target, error) {
	more := f.Pages.first()
	more["page"] = json.Number(strconv.FormatInt(c.Page, 10))
	for k := range f.Pages.Carry {
		if v := c.Carry[k]; v != nil {
			more[k] = v
		} else {
			more[k] = nil
		}
	}
	a, err := r.plan.ask(f, more)
	if err != nil {
		return target{}, err
	}
	t := r.target(i, seq, numbered(a.Name, seq), f.Expect)
	t.method, t.address, t.body, t.most = a.Method, a.Address, a.Body, r.lim.Answer
	if c.Next != "" {
		t.method, t.address, t.body = http.MethodGet, c.Next, ""
	}
	return t, nil
}

// numbered puts the number of a part before the ending of a name.
func numbered(name string, seq int) string {
	at := strings.IndexByte(name, '.')
	if at < 0 {
		at = len(name)
	}
	return fmt.Sprintf("%s-%05d%s", name[:at], seq+1, name[at:])
}

// turn reads where a page leads to. Pages that repeat, are empty before the
// end, or speak of a list that became another are refused.
func (r *run) turn(f *File, got *Fetched, c cursor) (cursor, error) {
	for _, before := range r.st.Files {
		if before.Item == got.Item && before.Seq != got.Seq && before.SHA256 == got.SHA256 {
			return c, overt.Errorf(overt.Invalid, "", "it is the same as %s: the publisher's pages go in a circle", before.Name)
		}
	}
	v, err := decodeFile(filepath.Join(r.dir, got.Name), got.packed(), r.lim)
	if err != nil {
		return c, err
	}
	rows, ok := at(v, f.Pages.Rows).([]any)
	if !ok {
		return c, overt.Errorf(overt.Invalid, "", "the page has no list at %s: it is not what this source gives", f.Pages.Rows)
	}
	r.setObserved(v, f.Observed)
	got.Rows = int64(len(rows))
	c.Rows += got.Rows
	if f.Pages.Total != "" {
		n, err := countAt(v, f.Pages.Total)
		if err != nil {
			return c, overt.Errorf(overt.Invalid, "", "%w", err)
		}
		if c.Total != nil && *c.Total != n {
			return c, r.misfit(got.Item, "the list had %d rows and has %d now", *c.Total, n)
		}
		c.Total = &n
	}
	return r.next(f, got, v, c)
}

// next moves the cursor on.
func (r *run) next(f *File, got *Fetched, v any, c cursor) (cursor, error) {
	p := f.Pages
	if p.Next != "" {
		to := textAt(v, p.Next)
		if c.Done = to == ""; !c.Done {
			u, err := r.led(got.Address, to)
			if err != nil {
				return c, err
			}
			c.Next = u
			if slices.ContainsFunc(r.st.Files, func(x Fetched) bool { return x.Item == got.Item && x.Address == u && x.Method == http.MethodGet }) {
				return c, overt.Errorf(overt.Invalid, "", "it leads back to a page that was fetched: the publisher's pages go in a circle")
			}
		}
	} else {
		more, ok := at(v, p.More).(bool)
		if !ok {
			return c, overt.Errorf(overt.Invalid, "", "the page does not say at %s whether there is another", p.More)
		}
		c.Done = !more
	}
	if !c.Done && got.Rows == 0 {
		return c, overt.Errorf(overt.Invalid, "", "the page is empty and says there is another; what it should hold is missing")
	}
	if !c.Done && p.Limit > 0 && got.Rows < int64(p.Limit) {
		r.warn("%s has %d rows in place of %d, and others follow: the list may have changed meanwhile", got.Name, got.Rows, p.Limit)
	}
	c.Page++
	c.Carry = map[string]any{}
	for k, where := range p.Carry {
		switch x := at(v, where).(type) {
		case string, json.Number:
			c.Carry[k] = x
		}
	}
	return c, nil
}

// led is an address that an answer gave, if it may be gone to.
func (r *run) led(base, to string) (string, error) {
	from, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	u, err := follow(from, to)
	if err != nil {
		return "", err
	}
	if !slices.Contains(r.hosts, u.Hostname()) {
		return "", overt.Errorf(overt.Denied, u.Hostname(), "the answer points to this host, which the source does not list; nothing was sent there")
	}
	return u.String(), nil
}

// job orders a file, waits until it is made, and fetches it. An order that was
// made before is waited for, not made again.
func (r *run) job(ctx context.Context, i int, f *File) error {
	c := r.st.Cursors[i]
	if c.Ticket == "" {
		if err := r.order(ctx, i, f, &c); err != nil {
			return err
		}
	}
	if c.File == "" {
		if err := r.await(ctx, i, f, &c); err != nil {
			return err
		}
	}
	t := r.target(i, 1, r.plan.Asks[i].Name, f.Expect)
	t.address = c.File
	_, err := r.get(ctx, t)
	return err
}

func (r *run) order(ctx context.Context, i int, f *File, c *cursor) error {
	a := r.plan.Asks[i]
	t := target{item: i, role: RoleIndex, name: "order-" + numbered("of.json", i), method: a.Method, address: a.Address, body: a.Body, expect: "json", most: r.lim.Answer, size: -1}
	r.hold = true
	got, err := r.get(ctx, t)
	r.hold = false
	if err != nil {
		return err
	}
	v, err := decodeFile(filepath.Join(r.dir, got.Name), got.packed(), r.lim)
	if err == nil {
		if c.Ticket, err = r.led(got.Address, textAt(v, f.Job.Status)); textAt(v, f.Job.Status) == "" {
			err = overt.Errorf(overt.Invalid, "", "the answer to the order names no address at %s", f.Job.Status)
		}
	}
	if err != nil {
		r.drop(i, 0)
		return fmt.Errorf("%s: %w", t.name, err)
	}
	r.st.Cursors[i] = *c
	return r.save()
}

// await asks until the file is there. Each question is small and not kept.
func (r *run) await(ctx context.Context, i int, f *File, c *cursor) error {
	began := r.f.Clock()
	for {
		v, err := r.look(ctx, c.Ticket)
		if err != nil {
			return err
		}
		state := textAt(v, f.Job.State)
		switch {
		case slices.Contains(f.Job.Done, state):
			if c.File, err = r.led(c.Ticket, textAt(v, f.Job.File)); err != nil {
				return err
			}
			r.st.Cursors[i] = *c
			return r.save()
		case !slices.Contains(f.Job.Wait, state):
			// The order is void; the next attempt makes another.
			_ = r.misfit(i, "")
			return overt.Errorf(overt.Invalid, "", "the publisher could not make the file (state %.40q)%s", state, because(v, f.Job.Message))
		case r.f.Clock().Sub(began) > time.Duration(f.Job.For):
			return overt.Errorf(overt.Unavailable, "", "the publisher has not made the file within %s", time.Duration(f.Job.For))
		}
		r.say("", 0, -1, fmt.Sprintf("the publisher is making the file (%.40s)", state))
		if err := r.wait(ctx, time.Duration(f.Job.Every)); err != nil {
			return err
		}
	}
}

func because(v any, pointer string) string {
	if pointer == "" || textAt(v, pointer) == "" {
		return ""
	}
	return fmt.Sprintf(": %.200s", textAt(v, pointer))
}

// look reads one small answer without keeping it.
func (r *run) look(ctx context.Context, address string) (any, error) {
	var v any
	err := r.persist(ctx, func(ctx context.Context) (bool, error) {
		a, err := r.do(ctx, exchange{method: http.MethodGet, address: address})
		if err != nil {
			return false, err
		}
		defer a.close()
		if a.StatusCode != http.StatusOK {
			return false, &refusal{a.StatusCode, retryAfter(a.Header, r.f.Clock())}
		}
		raw, err := readSmallBody(a, r.lim)
		if err != nil {
			return false, err
		}
		if err := recognise(raw[:min(len(raw), headSize)], "json"); err != nil {
			return false, err
		}
		v, err = decode(raw)
		return err == nil, err
	})
	return v, err
}

// index fetches a list of files, then those that are wanted.
func (r *run) index(ctx context.Context, i int, f *File) error {
	a := r.plan.Asks[i]
	t := target{item: i, role: RoleIndex, name: "index-" + numbered("of.json", i), method: a.Method, address: a.Address, body: a.Body, expect: f.Expect, most: r.lim.Answer, size: -1}
	got, err := r.get(ctx, t)
	if err != nil {
		return err
	}
	name, base := got.Name, got.Address
	v, err := decodeFile(filepath.Join(r.dir, name), got.packed(), r.lim)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	r.setObserved(v, f.Observed)
	list, err := r.listed(f, v)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for k, item := range list {
		t := r.target(i, k+1, a.Name, f.Index.Expect)
		if len(list) > 1 {
			t.name = numbered(a.Name, k)
		}
		if t.address, err = r.led(base, item.address); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		t.sum, t.size = item.sum, item.size
		t.before, t.beforeDir = r.earlier(i, t.address)
		if _, err := r.get(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// A listed file is one that an index names.
type listed struct {
	address, sum string
	size         int64
}

// listed gives the wanted files of an index: of a list in its order, of an
// object by key.
func (r *run) listed(f *File, v any) ([]listed, error) {
	x := f.Index
	var items []any
	switch in := at(v, x.List).(type) {
	case []any:
		items = in
	case map[string]any:
		after := placeholder.ReplaceAllStringFunc(x.After, func(s string) string { return r.plan.text(s, nil) })
		for _, k := range slices.Sorted(maps.Keys(in)) {
			if k > after {
				items = append(items, in[k])
			}
		}
	default:
		return nil, overt.Errorf(overt.Invalid, "", "the index has no list at %s: it is not what this source gives", x.List)
	}
	var out []listed
	for _, item := range items {
		if !x.wants(item) {
			continue
		}
		l := listed{address: textOf(item, x.Address), size: -1}
		if x.Checksum != "" {
			l.sum = textOf(item, x.Checksum)
		}
		if n, err := strconv.ParseInt(textOf(item, x.Size), 10, 64); x.Size != "" && err == nil && n >= 0 {
			l.size = n
		}
		if l.address == "" {
			return nil, overt.Errorf(overt.Invalid, "", "the index names a file without its address")
		}
		if out = append(out, l); len(out) > x.Most {
			return nil, overt.Errorf(overt.Invalid, "", "the index names more than %d files", x.Most)
		}
	}
	if len(out) == 0 {
		return nil, overt.Errorf(overt.NotFound, "", "the index does not list what this source takes from it")
	}
	return out, nil
}

func (x *Index) wants(item any) bool {
	for k, want := range x.Where {
		if textOf(item, k) != want {
			return false
		}
	}
	return true
}

// textOf is the text under a key, or the item itself for no key.
func textOf(item any, key string) string {
	if key != "" {
		in, _ := item.(map[string]any)
		item = in[key]
	}
	switch t := item.(type) {
	case string:
		return t
	case json.Number:
		return t.String()
	}
	return ""
}
