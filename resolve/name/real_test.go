package name

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"overt/internal/sharedtest"
)

// TestOneName compares the spellings of one name with its commonest.
func TestOneName(t *testing.T) {
	data, err := os.ReadFile(sharedtest.Path(t, "name-matching", "rigour-resources", "putin_names.txt"))
	if err != nil {
		t.Fatal(err)
	}
	base := Parse("Vladimir Putin", Person, Hint{})
	all, met, keyed := 0, 0, 0
	keys := map[string]bool{}
	base.Keys(func(f Family, _ int, k string) { keys[fmt.Sprint(f, k)] = f != KeyInitial })
	for line := range strings.Lines(string(data)) {
		f := Parse(strings.TrimSpace(line), Person, Hint{})
		all++
		r := Compare(base, f, nil)
		found := false
		f.Keys(func(fa Family, _ int, k string) { found = found || keys[fmt.Sprint(fa, k)] })
		if found {
			keyed++
		}
		if r.Same() {
			met++
		} else if os.Getenv("OVERT_ERRORS") != "" {
			fmt.Printf("%s [%s] %s (%s) key=%v\n", f.Text, f, r.Level.In(r.Kind), r.Why, found)
		}
	}
	t.Logf("%d spellings, %d the same, %d share a key", all, met, keyed)
	if met < 60 || keyed < 74 {
		t.Errorf("%d spellings the same and %d with a key, want 60 and 74", met, keyed)
	}
}

// TestDamaged compares names with themselves after damage, and looks for the
// damaged name among all.
func TestDamaged(t *testing.T) {
	for _, set := range []struct {
		name          string
		good, bad     []string
		column, least int
		kind          Kind
	}{
		{"UN list", []string{"name-matching", "yente-candidate-generation", "positives_un_untreated.csv"}, []string{"name-matching", "yente-candidate-generation", "positives_un_treated.csv"}, 0, 670, Person},
		{"DNB", []string{"name-matching", "dnb-name-matching", "test_names.csv"}, []string{"name-matching", "dnb-name-matching", "adjusted_test_names.csv"}, 1, 305, Organisation},
	} {
		good, bad := rows(t, set.good...), rows(t, set.bad...)
		parse := func(rows [][]string) []*Form {
			out := make([]*Form, len(rows))
			for i, r := range rows {
				out[i] = Parse(r[set.column], set.kind, Hint{})
			}
			return out
		}
		a, b := parse(good), parse(bad)
		same, first, others := 0, 0, 0
		for i := range b {
			own := Compare(a[i], b[i], nil)
			if own.Same() {
				same++
			} else if os.Getenv("OVERT_ERRORS") != "" {
				fmt.Printf("%s | %s  [%s] [%s] %s (%s)\n", a[i].Text, b[i].Text, a[i], b[i], own.Level.In(own.Kind), own.Why)
			}
			better, twins := 0, 0
			for j := range a {
				if j == i {
					continue
				}
				r := Compare(a[j], b[i], nil)
				if r.Level < own.Level || r.Level == own.Level && r.Bits > own.Bits {
					better++
				}
				if r.Same() && a[j].key != a[i].key {
					twins++
				}
			}
			if better == 0 {
				first++
			}
			others += twins
		}
		t.Logf("%s: %d of %d the same, %d first among all, %d others taken for the same", set.name, same, len(b), first, others)
		if same < set.least {
			t.Errorf("%s: %d the same, want %d", set.name, same, set.least)
		}
	}
}

// TestForms holds how many of the names of legal forms in GLEIF's list are seen
// behind a name, in their country.
func TestForms(t *testing.T) {
	f := sharedtest.Path(t, "name-matching", "rigour-resources", "gleif_elf-codes-1.4.1.csv.gz")
	r := bufio.NewReader(gunzip(t, f))
	if b, _ := r.Peek(3); string(b) == "\uFEFF" {
		r.Discard(3)
	}
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all, seen := 0, 0
	for _, row := range rows[1:] {
		if row[2] == "" || len(row[5]) > 120 || strings.ContainsAny(row[5], "()/") {
			continue
		}
		all++
		form := Parse("Quorvex "+row[5], Organisation, Hint{Countries: []string{strings.ToLower(row[2])}})
		if form.key == "quorvex" && form.Legal != "" {
			seen++
		} else if os.Getenv("OVERT_ERRORS") != "" && all%20 == 0 {
			fmt.Println(row[2], row[5], "→", form, "|", form.Legal)
		}
	}
	t.Logf("%d of %d forms seen", seen, all)
	if seen*100 < all*94 {
		t.Errorf("%d of %d forms seen, want 94 in 100", seen, all)
	}
}

// TestNegatives holds that invented people are not taken for those of the UN
// list: one in twenty-five of them, by name alone.
func TestNegatives(t *testing.T) {
	all, err := csv.NewReader(gunzip(t, sharedtest.Path(t, "name-matching", "yente-candidate-generation", "negatives_us.csv.gz"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var listed []*Form
	for _, row := range rows(t, "name-matching", "yente-candidate-generation", "positives_un_untreated.csv") {
		listed = append(listed, Parse(row[0], Person, Hint{}))
	}
	hits, asked := 0, 0
	for i := 1; i < len(all); i += 25 {
		asked++
		f := PersonOf(Parts{First: all[i][1], Middle: all[i][2], Last: all[i][3]})
		for _, l := range listed {
			if Compare(f, l, nil).Same() {
				hits++
			}
		}
	}
	t.Logf("%d people, %d names on the list, %d hits", asked, len(listed), hits)
	if hits > 2 {
		t.Errorf("%d hits, want 2 at most", hits)
	}
}

// TestSuppliers compares the names that one DUNS number or UEI stands under.
// Those that are not the same are mostly firms that were renamed.
func TestSuppliers(t *testing.T) {
	names := map[string][]string{}
	add := func(id, name string) {
		if len(id) > 1 && name != "" && !slices.Contains(names[id], name) {
			names[id] = append(names[id], name)
		}
	}
	files := []string{"fy13", "fy14", "fy15", "fy16", "fy17"}
	var head []string
	for _, year := range files {
		table := csv.NewReader(gunzip(t, sharedtest.Path(t, "procurement", "usaspending-ice-fy13-17", year+".csv.gz")))
		table.FieldsPerRecord, table.LazyQuotes = -1, true
		all, err := table.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if head == nil {
			head = all[0]
		}
		duns, name := slices.Index(head, "recipient_duns"), slices.Index(head, "recipient_name")
		for _, row := range all {
			if len(row) == len(head) {
				add(row[duns], row[name])
			}
		}
	}
	pairs, same, others := 0, 0, 0
	var first []*Form
	for _, id := range slices.Sorted(maps.Keys(names)) {
		first = append(first, Parse(names[id][0], Organisation, Hint{}))
		for _, n := range names[id][1:] {
			pairs++
			if r := Compare(first[len(first)-1], Parse(n, Organisation, Hint{}), nil); r.Same() {
				same++
			}
		}
	}
	for i := range first {
		for _, o := range first[i+1:] {
			if Compare(first[i], o, nil).Same() {
				others++
			}
		}
	}
	t.Logf("%d numbers; %d other spellings, %d the same; %d pairs of other numbers the same", len(names), pairs, same, others)
	if same < 15 || others > 12 {
		t.Errorf("%d the same and %d of others, want 15 and no more than 12", same, others)
	}
}

// TestAliases counts how many of the other names on the OFAC list are the main
// name in another spelling, and how many main names are taken for each other.
// Most aliases are other names altogether, which no spelling tells.
func TestAliases(t *testing.T) {
	read := func(file string) [][]string {
		table := csv.NewReader(gunzip(t, sharedtest.Path(t, "watchlists", "ofac-2021-04", file)))
		table.FieldsPerRecord, table.LazyQuotes = -1, true
		all, err := table.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	main := map[string]*Form{}
	var people []*Form
	for _, row := range read("sdn.csv.gz") {
		if len(row) < 3 {
			continue
		}
		kind := Organisation
		switch row[2] {
		case "individual":
			kind = Person
		case "vessel", "aircraft":
			kind = Thing
		}
		main[row[0]] = Parse(row[1], kind, Hint{})
		if kind == Person {
			people = append(people, main[row[0]])
		}
	}
	all, same := map[Kind]int{}, map[Kind]int{}
	for _, row := range read("alt.csv.gz") {
		if len(row) < 4 || main[row[0]] == nil {
			continue
		}
		f := main[row[0]]
		kind := f.Kind
		if kind == PublicBody {
			kind = Organisation
		}
		all[kind]++
		if Compare(f, Parse(row[3], kind, Hint{}), nil).Same() {
			same[kind]++
		}
	}
	twins, pairs := 0, 0
	for i := 0; i < len(people); i += 25 {
		for j := range people {
			if j == i {
				continue
			}
			if pairs++; people[i].key != people[j].key && Compare(people[i], people[j], nil).Same() {
				twins++
			}
		}
	}
	t.Logf("persons %d of %d, organisations %d of %d; %d of %d pairs of other persons the same", same[Person], all[Person], same[Organisation], all[Organisation], twins, pairs)
	if same[Person] < 3380 || same[Organisation] < 1340 || twins > 30 {
		t.Errorf("persons %d, organisations %d, others %d; want 3380, 1340, and no more than 30", same[Person], same[Organisation], twins)
	}
}
