package pipeline_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"overt/ftm"
	"overt/gate"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/pipeline"
	"overt/resolve/match"
	"overt/resolve/name"
)

const suppliersHead = `# Suppliers of ICE and CBP

Who is who among the suppliers of all procurement files, and whether lists name them.
Written by

    go test ./pipeline -run TestSuppliers -update

Names and numbers are of public records (USAspending, FPDS, FSRS, OFAC of April 2021,
Official Journal of the EU); the files are not part of this repository. What is said
here is what ` + "`overt resolve`, `overt why` and `overt screen`" + ` say with their defaults.
A pair is one from a likelihood of 0.99; below, people are asked.
`

// ourRegister holds names as another list may have them. It is ours.
const ourRegister = `{"id":"reg-prizum","schema":"Company","properties":{"name":["Prizum d.b.a. IntegrityOne Partners"],"country":["us"]}}
{"id":"reg-aws","schema":"Company","properties":{"name":["Amazon Web Services"],"country":["us"]}}
{"id":"reg-aws-caps","schema":"Company","properties":{"name":["AMAZON WEB SERVICES, INC."],"country":["us"]}}
{"id":"reg-acronym","schema":"Company","properties":{"name":["AWS"],"country":["us"]}}
{"id":"reg-amazon","schema":"Company","properties":{"name":["Amazon.com Services LLC"],"country":["us"]}}
{"id":"reg-four","schema":"Company","properties":{"name":["Four Points Technology LLC"],"country":["us"]}}
{"id":"reg-common","schema":"Company","properties":{"name":["Technology Solutions LLC"],"country":["us"]}}
{"id":"reg-common-too","schema":"Company","properties":{"name":["TECHNOLOGY SOLUTIONS, L.L.C."],"country":["us"]}}
{"id":"reg-first","schema":"Company","properties":{"name":["First National Bank"],"country":["us"]}}
{"id":"reg-first-too","schema":"Company","properties":{"name":["FIRST NATIONAL BANK"],"country":["us"]}}
`

// mustBe are pairs that must be told right, by what they are.
var mustBe = []struct{ a, b, want string }{
	{"reg-four", "FOUR POINTS TECHNOLOGY, L.L.C.", "same"},
	{"reg-prizum", "INTEGRITYONE PARTNERS, INC.", "same"},
	{"reg-aws", "reg-aws-caps", "same"},
	{"reg-acronym", "reg-aws-caps", "not"},
	{"reg-aws-caps", "reg-amazon", "apart"},
	{"reg-acronym", "org-aws", "not"},
	{"reg-acronym", "reg-amazon", "apart"},
	{"reg-common", "reg-common-too", "not"},
	{"reg-first", "reg-first-too", "not"},
	{"PALANTIR TECHNOLOGIES INC.", "PALANTIR USG, INC.", "related"},
	{"us-cbp", "us-usss", "apart"},
}

// A supplier is an entity as the files give it.
type supplier struct {
	id      ftm.EntityID
	names   []string // ascending
	numbers map[string][]string
}

func (s *supplier) String() string { return s.names[0] }

// TestSuppliers holds what is said of real suppliers to docs/suppliers.md.
func TestSuppliers(t *testing.T) {
	var folders []string
	for _, f := range []string{"cbp-ice-transactions", "fpds-atom", "fsrs-ice-2011-2018", "usaspending-awards-mn", "usaspending-ice-fy13-17"} {
		folders = append(folders, sharedtest.Path(t, "procurement", f))
	}
	h, _ := home(t, folders...)
	register := filepath.Join(t.TempDir(), "register.json")
	if err := os.WriteFile(register, []byte(ourRegister), 0o600); err != nil {
		t.Fatal(err)
	}
	take(t, h, register)
	var b strings.Builder
	b.WriteString(suppliersHead)
	all := resolvedSuppliers(t, h, &b)
	lists, _ := home(t, sharedtest.Path(t, "watchlists", "ofac-2021-04"), sharedtest.Path(t, "watchlists", "eu-journal"))
	screened(t, lists, all, &b)
	path := filepath.Join("..", "docs", "suppliers.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if untimed(string(page)) != untimed(b.String()) {
		t.Errorf("docs/suppliers.md is not what is said now; write it with -update:\n%s", firstDifference(untimed(string(page)), untimed(b.String())))
	}
}

// untimed leaves out how long it took.
func untimed(page string) string {
	before, _, _ := strings.Cut(page, "It took")
	return before
}

// resolvedSuppliers resolves the home and tells of its suppliers.
func resolvedSuppliers(t *testing.T, h *hometest.Home, b *strings.Builder) []*supplier {
	t.Helper()
	pass, err := h.Gate.Open(t.Context(), gate.Visit{Actor: h.Actor})
	if err != nil {
		t.Fatal(err)
	}
	var all []*supplier
	_, err = gate.Ask(t.Context(), pass, gate.Act{Action: "entity.compare"}, true, func(ctx context.Context, d *gate.Desk) (int, error) {
		if all, err = suppliersOf(ctx, d); err != nil {
			return 0, err
		}
		r, err := pipeline.NewResolver(ctx, d, pipeline.Resolution{})
		if err != nil {
			return 0, err
		}
		result, err := r.Resolve(ctx, time.Time{})
		if err != nil {
			return 0, err
		}
		of := map[ftm.EntityID]*supplier{}
		for _, s := range all {
			of[s.id] = s
		}
		group := map[ftm.EntityID]int{}
		clusters, members := 0, 0
		for i, g := range result.Groups {
			n := 0
			for _, id := range g {
				if group[id] = i + 1; of[id] != nil {
					n++
				}
			}
			if n > 1 {
				clusters, members = clusters+1, members+n
			}
		}
		outcomes := map[match.Outcome]int{}
		for _, p := range result.Pairs {
			if of[p.A] != nil && of[p.B] != nil && (group[p.A] == 0 || group[p.A] != group[p.B]) {
				outcomes[p.Outcome]++
			}
		}
		fmt.Fprintf(b, "\n## Clusters\n\n%d entities of suppliers, as %d sources name them by number or name: %d of them are in %d clusters.\nPairs outside of these: %d perhaps one, %d that score as one but are not joined, %d that have to do with each other.\n",
			len(all), len(result.Labels), members, clusters, outcomes[match.Possible], outcomes[match.Same], outcomes[match.Related])
		askedPairs(t, r.Matcher, all, group, b)
		sharedNumbers(all, b)
		hardest(r.Matcher, of, group, b)
		return 1, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// suppliersOf gathers what is named in procurement files and is no public body, by id.
func suppliersOf(ctx context.Context, d *gate.Desk) ([]*supplier, error) {
	model := ftm.Default()
	var out []*supplier
	for stmts, err := range d.View.Entities(ctx) {
		if err != nil {
			return nil, err
		}
		s := &supplier{id: stmts[0].Entity, numbers: map[string][]string{}}
		for i := range stmts {
			st := &stmts[i]
			info, _ := d.View.Sight().Info(st.Class)
			schema := model.Schema(st.Schema)
			if schema == nil || !schema.IsA("Organization") && !schema.IsA("Company") || schema.IsA("PublicBody") || info.Label.Dataset == "reference" {
				continue
			}
			switch prop := schema.Property(st.Prop); {
			case prop == nil || st.Value == "":
			case prop.Type.Name == "name":
				s.names = append(s.names, st.Value)
			case st.Prop == "uniqueEntityId" || st.Prop == "dunsCode":
				s.numbers[st.Prop] = append(s.numbers[st.Prop], st.Value)
			}
		}
		slices.Sort(s.names)
		if s.names = slices.Compact(s.names); len(s.names) > 0 {
			out = append(out, s)
		}
	}
	return out, nil
}

func askedPairs(t *testing.T, m *match.Matcher, all []*supplier, group map[ftm.EntityID]int, b *strings.Builder) {
	t.Helper()
	find := func(text string) ftm.EntityID {
		for _, s := range all {
			if string(s.id) == text || slices.Contains(s.names, text) {
				return s.id
			}
		}
		return ftm.EntityID(text)
	}
	b.WriteString("\n## Pairs that must be right\n\n| | | taken for | likelihood | because |\n|---|---|---|--:|---|\n")
	for _, p := range mustBe {
		x, y := find(p.a), find(p.b)
		e, err := m.Explain(string(x), string(y))
		if err != nil {
			t.Errorf("%s and %s: %v", p.a, p.b, err)
			continue
		}
		together := group[x] != 0 && group[x] == group[y]
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", compared(e, x), compared(e, y), takenFor(e.Outcome, together), likelihood(e.P), because(e))
		right := map[string]bool{"same": together && e.Outcome == match.Same, "not": !together, "apart": !together && e.Outcome <= match.Related, "related": !together && e.Outcome == match.Related}
		if !right[p.want] {
			t.Errorf("%s and %s are %s (together %v), want %s: %+v", p.a, p.b, e.Outcome, together, p.want, e)
		}
	}
}

// compared is the name by which an entity was compared.
func compared(e match.Explanation, id ftm.EntityID) string {
	for _, bar := range e.Bars {
		switch {
		case bar.Slot == "name" && e.A == string(id):
			return bar.Left
		case bar.Slot == "name":
			return bar.Right
		}
	}
	return string(id)
}

func takenFor(o match.Outcome, together bool) string {
	switch {
	case together:
		return "one"
	case o == match.Same:
		return "one by score, not joined"
	case o == match.Possible:
		return "perhaps one"
	case o == match.Related:
		return "two that have to do with each other"
	}
	return "two"
}

func likelihood(p float64) string {
	switch {
	case p > 0.999:
		return "> 0.999"
	case p < 0.001:
		return "< 0.001"
	}
	return fmt.Sprintf("%.2f", p)
}

func because(e match.Explanation) string {
	var out []string
	for _, bar := range e.Bars {
		if bar.Bits > -0.5 && bar.Bits < 0.5 {
			continue
		}
		what := bar.Level
		if bar.Slot == "name" {
			what = bar.Why
		}
		out = append(out, fmt.Sprintf("%s: %s (%+.0f)", bar.Slot, what, bar.Bits))
	}
	if e.Veto != "" {
		out = append(out, e.Veto)
	}
	return strings.Join(out, "; ")
}

// sharedNumbers lists the names that stand under one number.
func sharedNumbers(all []*supplier, b *strings.Builder) {
	type numbered struct{ scheme, number string }
	under := map[numbered][]string{}
	for _, s := range all {
		for scheme, values := range s.numbers {
			for _, v := range values {
				under[numbered{scheme, v}] = append(under[numbered{scheme, v}], s.names...)
			}
		}
	}
	levels := map[string]int{}
	type pair struct{ a, b, number, why, alone string }
	seen := map[[2]string]bool{}
	var pairs []pair
	total := 0
	for _, key := range slices.SortedFunc(maps.Keys(under), func(a, b numbered) int {
		return cmp.Or(cmp.Compare(a.scheme, b.scheme), cmp.Compare(a.number, b.number))
	}) {
		names := under[key]
		slices.Sort(names)
		names = slices.Compact(names)
		for i, x := range names {
			for _, y := range names[i+1:] {
				p, q := name.Parse(x, name.Organisation, name.Hint{}), name.Parse(y, name.Organisation, name.Hint{})
				forms := [2]string{min(p.String(), q.String()), max(p.String(), q.String())}
				if seen[forms] && forms[0] != forms[1] {
					continue // other commas
				}
				seen[forms] = true
				total++
				r := name.Compare(p, q, nil)
				levels[r.Level.In(r.Kind)]++
				if r.Level > name.OrgExact {
					alone := map[bool]string{true: "one", false: "two"}[r.Same()]
					if r.Related {
						alone = "kin"
					}
					pairs = append(pairs, pair{x, y, key.scheme + " " + key.number, r.Why, alone})
				}
			}
		}
	}
	fmt.Fprintf(b, "\n## One number, other names\n\n%d pairs of names stand under one UEI or DUNS number. Equal valid numbers make an entity one,\nwhatever its names: all of these are one. By their names alone they are:\n\n| names | pairs |\n|---|--:|\n", total)
	for _, l := range name.Levels(name.Organisation) {
		if levels[l] > 0 {
			fmt.Fprintf(b, "| %s | %d |\n", l, levels[l])
		}
	}
	b.WriteString("\nThose that are not equal but for signs, and what the names alone would say:\n\n| | | number | names alone | because |\n|---|---|---|---|---|\n")
	for _, p := range pairs {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", p.a, p.b, p.number, p.alone, p.why)
	}
}

// hardest lists pairs with other numbers of one scheme that score the highest,
// and the highest of those that are not joined.
func hardest(m *match.Matcher, of map[ftm.EntityID]*supplier, group map[ftm.EntityID]int, b *strings.Builder) {
	var pairs []match.Edge
	for e := range m.Compared() {
		x, y := of[ftm.EntityID(e.A)], of[ftm.EntityID(e.B)]
		if x != nil && y != nil && otherNumbers(x, y) {
			pairs = append(pairs, e)
		}
	}
	slices.SortStableFunc(pairs, func(a, b match.Edge) int { return cmp.Compare(b.Bits, a.Bits) })
	b.WriteString("\n## Other numbers, names alike\n\nThe pairs with the highest scores of which both have a UEI, or both a DUNS number, and none alike.\nA company may have several, one for each site: that speaks against a pair and does not settle it.\n")
	listed(m, pairs, of, group, func(match.Edge, bool) bool { return true }, b)
	b.WriteString("\nThe highest of which people are asked:\n")
	listed(m, pairs, of, group, func(e match.Edge, together bool) bool { return !together && e.Outcome >= match.Possible }, b)
	b.WriteString("\nThe highest of those taken for two: members of a group, sisters, namesakes:\n")
	listed(m, pairs, of, group, func(e match.Edge, together bool) bool { return !together && e.Outcome <= match.Related }, b)
}

// listed writes the first thirty pairs that are wanted, each once.
func listed(m *match.Matcher, pairs []match.Edge, of map[ftm.EntityID]*supplier, group map[ftm.EntityID]int, wanted func(e match.Edge, together bool) bool, b *strings.Builder) {
	b.WriteString("\n| | | taken for | likelihood | because |\n|---|---|---|--:|---|\n")
	seen := map[string]bool{}
	for _, p := range pairs {
		x, y := of[ftm.EntityID(p.A)], of[ftm.EntityID(p.B)]
		names := []string{strings.Join(x.names, " / "), strings.Join(y.names, " / ")}
		slices.Sort(names)
		key := strings.Join(names, " | ")
		together := group[x.id] != 0 && group[x.id] == group[y.id]
		if seen[key] || !wanted(p, together) || len(seen) == 30 {
			continue
		}
		seen[key] = true
		e, err := m.Explain(p.A, p.B)
		if err != nil {
			panic(err) // it was compared
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", key, takenFor(p.Outcome, together), likelihood(e.P), because(e))
	}
}

// otherNumbers says whether both have numbers of a scheme, and never the same.
func otherNumbers(a, b *supplier) bool {
	both := false
	for scheme, values := range a.numbers {
		for _, v := range values {
			if slices.Contains(b.numbers[scheme], v) {
				return false
			}
		}
		both = both || len(b.numbers[scheme]) > 0
	}
	return both
}
