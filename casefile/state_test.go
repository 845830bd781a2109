package casefile

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/ftm"
	"overt/policy"
)

const (
	anna = "local:anna"
	ben  = "local:ben"
	carl = "local:carl"
)

// place is a cite of invented words.
func place(blob byte, quote string) *Cite {
	return &Cite{Label: policy.Label{Dataset: "ferries"}, Place: &overt.Citation{
		Dataset: "ferries", Run: 1, Source: "ferries.csv", Blob: overt.BlobID(strings.Repeat(string(blob), 64)),
		Locator: overt.Locator{Row: 2, Column: "Fare"}, Quote: quote,
	}}
}

// doing applies events one after the other; the time is that of their number.
type doing struct {
	*State
	t *testing.T
}

func begin(t *testing.T, second bool) *doing {
	s, err := Fold("c1", nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &doing{s, t}
	d.ok(Event{Actor: anna, Kind: Open, Text: "Ferries", Second: second})
	d.ok(Event{Actor: anna, Kind: Member, Person: ben, Role: policy.Editor})
	d.ok(Event{Actor: anna, Kind: Member, Person: carl, Role: policy.Reader})
	return d
}

func (d *doing) try(e Event) error {
	e.At = fmt.Sprintf("2026-02-03T04:05:%02dZ", d.Last%60)
	if err := e.Check(); err != nil {
		return err
	}
	return d.Apply(e)
}

func (d *doing) ok(e Event) {
	d.t.Helper()
	if err := d.try(e); err != nil {
		d.t.Fatalf("%s by %s: %v", e.Kind, e.Actor, err)
	}
}

func (d *doing) not(code overt.Code, words string, e Event) {
	d.t.Helper()
	before, last := len(d.Events), d.Last
	err := d.try(e)
	if overt.CodeOf(err) != code || !strings.Contains(fmt.Sprint(err), words) {
		d.t.Errorf("%s %s by %s: %v, want %s: %s", e.Kind, e.State, e.Actor, err, code, words)
	}
	if len(d.Events) != before || d.Last != last {
		d.t.Errorf("%s: what was refused was kept", e.Kind)
	}
}

func (d *doing) state(item string) string { return d.items[item].State }

// all says of each cite how it opens.
func all(status Status, ids ...string) map[string]Status {
	out := map[string]Status{}
	for _, id := range ids {
		out[id] = status
	}
	return out
}

// TestClaims walks the rules that a claim meets on its way.
func TestClaims(t *testing.T) {
	d := begin(t, true)
	d.ok(Event{Actor: anna, Kind: Claim, Item: "aaaaaa", Text: "The ferry of 2019 cost 1,250.50 a day"})
	move := func(who, state, reason string, opened map[string]Status) Event {
		return Event{Actor: who, Kind: Move, Item: "aaaaaa", State: state, Reason: reason, Opened: opened}
	}
	d.not(overt.Invalid, "is stated with a cite", move(anna, Stated, "", nil))
	d.not(overt.Invalid, "does not become confirmed", move(anna, Confirmed, "", nil))
	d.not(overt.Invalid, "say why", move(anna, Rejected, " ", nil))
	d.not(overt.Invalid, "no state of a claim", move(anna, "proven", "", nil))

	d.ok(Event{Actor: anna, Kind: CiteKind, Item: "cccccc", Of: "aaaaaa", Cite: place('a', "1250,50")})
	d.not(overt.Conflict, "added meanwhile", move(anna, Stated, "", nil))
	d.not(overt.Invalid, "the number 2019", move(anna, Stated, "", all(Same, "cccccc")))
	d.ok(Event{Actor: anna, Kind: CiteKind, Item: "dddddd", Of: "aaaaaa", Cite: place('b', "2019-03-01")})
	// The words of a source that the mover may not open bear nothing for him.
	d.not(overt.Invalid, "the number 2019", move(anna, Stated, "", map[string]Status{"cccccc": Same, "dddddd": Restricted}))
	d.ok(move(anna, Stated, "", all(Same, "cccccc", "dddddd")))

	d.not(overt.Invalid, "does not become stated", move(ben, Stated, "", all(Same, "cccccc", "dddddd")))
	d.not(overt.Denied, "second reader", move(anna, Confirmed, "", all(Same, "cccccc", "dddddd")))
	for _, status := range []Status{Changed, Lost, Withdrawn, Restricted} {
		d.not(overt.Invalid, "the cite dddddd is "+string(status), move(ben, Confirmed, "", map[string]Status{"cccccc": Same, "dddddd": status}))
	}
	d.ok(move(ben, Confirmed, "", map[string]Status{"cccccc": Same, "dddddd": Moved}))

	// Other words, or a cite less, are not what was confirmed.
	d.ok(Event{Actor: ben, Kind: Reword, Item: "aaaaaa", Text: "The ferry of 2019 cost 1,250.5 a day, or about 1,300"})
	if d.state("aaaaaa") != Lead {
		t.Errorf("a reworded claim is %s", d.state("aaaaaa"))
	}
	d.not(overt.Invalid, "the number 1300", move(ben, Stated, "", all(Same, "cccccc", "dddddd")))
	rounded := place('c', "1,250.50")
	rounded.For = []string{"1,300"}
	d.ok(Event{Actor: ben, Kind: CiteKind, Item: "eeeeee", Of: "aaaaaa", Cite: rounded})
	d.ok(move(ben, Stated, "", all(Same, "cccccc", "dddddd", "eeeeee")))
	d.not(overt.Denied, "second reader", move(ben, Confirmed, "", all(Same, "cccccc", "dddddd", "eeeeee")))
	d.ok(move(anna, Confirmed, "", all(Same, "cccccc", "dddddd", "eeeeee")))
	d.ok(Event{Actor: anna, Kind: Drop, Item: "eeeeee", Reason: "wrong row"})
	if d.state("aaaaaa") != Lead {
		t.Errorf("a claim with a cite less is %s", d.state("aaaaaa"))
	}
	d.ok(move(anna, Rejected, "the fare was another", nil))
	d.not(overt.Invalid, "taken up again", move(anna, Lead, "", nil))
	d.ok(move(anna, Lead, "a new source", nil))
}

func TestWithoutSecondReader(t *testing.T) {
	d := begin(t, false)
	d.ok(Event{Actor: anna, Kind: Claim, Item: "aaaaaa", Text: "The ferry sails"})
	d.ok(Event{Actor: anna, Kind: CiteKind, Item: "cccccc", Of: "aaaaaa", Cite: place('a', "sails")})
	d.ok(Event{Actor: anna, Kind: Move, Item: "aaaaaa", State: Stated, Opened: all(Same, "cccccc")})
	d.ok(Event{Actor: anna, Kind: Move, Item: "aaaaaa", State: Confirmed, Opened: all(Same, "cccccc")})
}

func TestRoles(t *testing.T) {
	d := begin(t, false)
	claim := Event{Kind: Claim, Item: "aaaaaa", Text: "The ferry sails"}
	claim.Actor = "local:nobody"
	d.not(overt.NotFound, "no such case", claim)
	claim.Actor = carl
	d.not(overt.Denied, "you may read", claim)
	d.not(overt.Denied, "only the owner", Event{Actor: ben, Kind: Member, Person: carl, Role: policy.Editor})
	d.not(overt.Denied, "only the owner", Event{Actor: ben, Kind: Close})
	d.not(overt.Invalid, "one owner", Event{Actor: anna, Kind: Member, Person: ben, Role: policy.Owner})
	d.not(overt.Invalid, "owner stays", Event{Actor: anna, Kind: Member, Person: anna})
	d.not(overt.Invalid, "no role", Event{Actor: anna, Kind: Member, Person: ben, Role: "king"})
	d.ok(Event{Actor: carl, Kind: Member, Person: carl}) // he leaves
	d.not(overt.NotFound, "no such case", Event{Actor: carl, Kind: Member, Person: carl})

	// The case changes hands when both said so.
	d.not(overt.Invalid, "not offered", Event{Actor: ben, Kind: Accept})
	d.not(overt.Invalid, "an editor of it", Event{Actor: anna, Kind: Offer, Person: carl})
	d.ok(Event{Actor: anna, Kind: Offer, Person: ben})
	d.ok(Event{Actor: ben, Kind: Decline})
	d.not(overt.Invalid, "not offered", Event{Actor: ben, Kind: Accept})
	d.ok(Event{Actor: anna, Kind: Offer, Person: ben})
	d.ok(Event{Actor: ben, Kind: Accept})
	if d.Members[ben] != policy.Owner || d.Members[anna] != policy.Editor {
		t.Errorf("after the case was handed over: %v", d.Members)
	}
	for _, who := range []string{anna, ben, carl} {
		if got := RoleOf(who, d.Events); got != d.Members[who] {
			t.Errorf("the role of %s is %q without a fold and %q with one", who, got, d.Members[who])
		}
	}
	d.ok(Event{Actor: ben, Kind: Close, Reason: "published"})
	claim.Actor = anna
	d.not(overt.Conflict, "closed", claim)
	d.ok(Event{Actor: ben, Kind: Reopen})
	d.ok(claim)
}

func TestThings(t *testing.T) {
	d := begin(t, false)
	d.ok(Event{Actor: anna, Kind: Claim, Item: "aaaaaa", Text: "The ferry sails"})
	d.not(overt.Conflict, "already", Event{Actor: ben, Kind: Claim, Item: "aaaaaa", Text: "Again"})
	d.not(overt.NotFound, "no such thing", Event{Actor: ben, Kind: CiteKind, Item: "cccccc", Of: "bbbbbb", Cite: place('a', "x")})
	d.ok(Event{Actor: ben, Kind: Note, Item: "nnnnnn", Of: "aaaaaa", Text: "Which one?"})
	d.not(overt.NotFound, "another kind", Event{Actor: ben, Kind: CiteKind, Item: "cccccc", Of: "nnnnnn", Cite: place('a', "x")})
	d.not(overt.NotFound, "another kind", Event{Actor: ben, Kind: Drop, Item: "aaaaaa"})
	d.ok(Event{Actor: ben, Kind: Drop, Item: "nnnnnn"})
	d.not(overt.NotFound, "", Event{Actor: ben, Kind: Drop, Item: "nnnnnn"})
	d.not(overt.Invalid, "no member", Event{Actor: ben, Kind: Task, Item: "tttttt", Text: "Ask", Person: "local:nobody"})
	d.ok(Event{Actor: ben, Kind: Task, Item: "tttttt", Text: "Ask", Person: carl, Date: "2026-04-01"})
	d.not(overt.Invalid, "no day", Event{Actor: ben, Kind: Assign, Item: "tttttt", Date: "soon"})
	d.not(overt.Invalid, "open or done", Event{Actor: ben, Kind: Move, Item: "tttttt", State: Stated})
	d.ok(Event{Actor: ben, Kind: Move, Item: "tttttt", State: Done})
	d.not(overt.Invalid, "itself", Event{Actor: ben, Kind: Oppose, Item: "aaaaaa", Of: "aaaaaa"})
	// A page that showed an older state does not write over a newer one.
	seen := d.Last
	d.ok(Event{Actor: ben, Kind: Reword, Item: "aaaaaa", Text: "The ferry sails at seven"})
	d.not(overt.Conflict, "local:ben changed it", Event{Actor: anna, Kind: Reword, Item: "aaaaaa", Text: "At eight", Seen: seen})
	d.ok(Event{Actor: anna, Kind: Reword, Item: "aaaaaa", Text: "At eight", Seen: d.Last})
}

// eye opens everything but what is hidden.
type eye struct{ hidden string }

func (e eye) Open(_ context.Context, c Cite) (Opened, error) {
	if strings.HasPrefix(string(c.Blob()), e.hidden) && e.hidden != "" {
		return Opened{Status: Restricted, Now: "secret", Source: "secret", Doubt: "secret"}, nil
	}
	return Opened{Status: Same, Source: c.Place.Source}, nil
}

func (e eye) Sees(l policy.Label) bool { return true }

func (e eye) Name(_ context.Context, id ftm.EntityID) (Named, bool, error) {
	return Named{ID: id, Caption: "Entity " + string(id), Schema: "Company"}, e.hidden == "" || !strings.HasPrefix(string(id), e.hidden), nil
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestRestricted: of what a member may not open, no word is shown anywhere.
func TestRestricted(t *testing.T) {
	d := begin(t, false)
	d.ok(Event{Actor: anna, Kind: Claim, Item: "aaaaaa", Text: "The fare was 12"})
	d.ok(Event{Actor: anna, Kind: CiteKind, Item: "cccccc", Of: "aaaaaa", Cite: place('f', "secret 12")})
	d.ok(Event{Actor: anna, Kind: Exhibit, Item: "eeeeee", Text: "secret title", Cite: place('f', "secret 12")})
	d.ok(Event{Actor: anna, Kind: Reword, Item: "eeeeee", Text: "secret other title"})
	d.ok(Event{Actor: anna, Kind: Subject, Item: "ssssss", Entity: "f-secret"})
	v, err := d.View(t.Context(), carl, eye{"f"})
	if err != nil {
		t.Fatal(err)
	}
	if text := jsonOf(t, v); strings.Contains(text, "secret") || strings.Contains(text, "fff") {
		t.Errorf("words of a hidden source are shown:\n%s", text)
	}
	c := v.Claims[0]
	if c.Cites[0].Status != Restricted || c.Cites[0].Text != HiddenSource || v.Subjects[0].Caption != HiddenEntity || !slices.Equal(c.Uncited, []string{"12"}) {
		t.Errorf("what is hidden is not told as such: %s", jsonOf(t, v))
	}
	if _, err := d.View(t.Context(), "local:nobody", eye{}); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("shown to somebody else: %v", err)
	}
	if v, err = d.View(t.Context(), anna, eye{}); err != nil || !strings.Contains(jsonOf(t, v), "secret 12") {
		t.Errorf("not shown to who may: %v", err)
	}
}

// TestAnyOrder: several editors' events, each in his own order, leave one state however
// they come between each other; and events that a store gives in any order fold to the
// same.
func TestAnyOrder(t *testing.T) {
	editors := []string{anna, ben, "local:dora"}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		scripts := make([][]Event, len(editors))
		for i, who := range editors {
			scripts[i] = script(r, who, string("pqr"[i]))
		}
		var want string
		for range 3 {
			d := begin(t, false)
			d.ok(Event{Actor: anna, Kind: Member, Person: "local:dora", Role: policy.Editor})
			next := make([]int, len(scripts))
			for left := true; left; {
				left = false
				for _, i := range r.Perm(len(scripts)) {
					for n := r.IntN(4); n > 0 && next[i] < len(scripts[i]); n-- {
						d.ok(scripts[i][next[i]])
						next[i]++
					}
					left = left || next[i] < len(scripts[i])
				}
			}
			if got := settled(t, d.State); want == "" {
				want = got
			} else if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d: another order leaves another state (-one +other):\n%s", seed, diff)
			}
			shuffled := slices.Clone(d.Events)
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			again, err := Fold("c1", shuffled)
			if err != nil {
				t.Fatal(err)
			}
			a, _ := d.View(t.Context(), anna, eye{})
			b, _ := again.View(t.Context(), anna, eye{})
			if diff := cmp.Diff(a, b); diff != "" {
				t.Fatalf("seed %d: the fold of the same events differs:\n%s", seed, diff)
			}
		}
	}
}

// script is what one editor does, to things of his own.
func script(r *rand.Rand, who, p string) []Event {
	out := []Event{{Actor: who, Kind: Claim, Item: p + "aaaaa", Text: "Claim of " + who}}
	cited := false
	for i := range 3 + r.IntN(8) {
		id := fmt.Sprintf("%s%05d", p, i)
		e := Event{Actor: who, Item: id, Text: "words"}
		switch r.IntN(7) {
		case 0:
			e.Kind = Note
		case 1:
			e.Kind, e.Of, e.Cite, cited = CiteKind, p+"aaaaa", place('a', "words"), true
		case 2:
			e.Kind = Task
		case 3:
			e.Kind, e.Date = Happened, fmt.Sprint(1990+r.IntN(30))
		case 4:
			e.Kind, e.Item, e.Text = Reword, p+"aaaaa", fmt.Sprint("Claim as of then, no ", strings.Repeat("x", i))
		case 5:
			e.Kind, e.Text, e.Entity = Subject, "", ftm.EntityID(id)
		case 6:
			if !cited {
				e.Kind, e.Item, e.State, e.Reason = Move, p+"aaaaa", Rejected, "no"
				out = append(out, e, Event{Actor: who, Kind: Move, Item: p + "aaaaa", State: Lead, Reason: "yes"})
				continue
			}
			e.Kind = Exhibit
			e.Cite = place('b', "x")
		}
		out = append(out, e)
	}
	return out
}

// settled is the state without what tells in which order it came about.
func settled(t *testing.T, s *State) string {
	t.Helper()
	var lines []string
	for id, it := range s.items {
		e := it.Event
		e.Seq, e.At = 0, ""
		lines = append(lines, fmt.Sprint(id, it.dropped, it.worded, it.stated, it.confirm, " ", jsonOf(t, e)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// FuzzFold: whatever a damaged store gives, the fold ends with a state or an error,
// and a state can be shown.
func FuzzFold(f *testing.F) {
	d := begin(&testing.T{}, true)
	d.ok(Event{Actor: anna, Kind: Claim, Item: "aaaaaa", Text: "The fare was 12"})
	d.ok(Event{Actor: anna, Kind: CiteKind, Item: "cccccc", Of: "aaaaaa", Cite: place('f', "12")})
	d.ok(Event{Actor: anna, Kind: Happened, Item: "hhhhhh", Date: "2019-03~", Text: "It sailed"})
	raw, _ := json.Marshal(d.Events)
	f.Add(raw)
	f.Add([]byte(`[{"seq":1,"at":"2026-02-03T04:05:06Z","actor":"a","kind":"open","text":"x"}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var events []Event
		if json.Unmarshal(raw, &events) != nil {
			return
		}
		s, err := Fold("c1", events)
		if err != nil {
			if overt.CodeOf(err) != overt.Internal {
				t.Fatalf("%v", err)
			}
			return
		}
		for who := range s.Members {
			v, err := s.View(t.Context(), who, eye{"f"})
			if err != nil {
				t.Fatal(err)
			}
			v.Touched()
		}
	})
}
