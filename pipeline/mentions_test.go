package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
)

// register writes companies as FollowTheMoney has them: "id name".
func register(t *testing.T, h *hometest.Home, dataset string, companies ...string) *pipeline.Report {
	t.Helper()
	var b strings.Builder
	for _, c := range companies {
		id, name, _ := strings.Cut(c, " ")
		fmt.Fprintf(&b, `{"id":%q,"schema":"Company","properties":{"name":[%q]}}`+"\n", id, name)
	}
	path := filepath.Join(t.TempDir(), "register.json")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return h.Import(t, pipeline.Request{Dataset: dataset, Paths: []string{path}})
}

// named is what a document names, one mention a line.
func named(t *testing.T, h *hometest.Home, doc string) string {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (string, error) {
		m, err := answer.ReadMentions(ctx, d, doc)
		if err != nil {
			return "", err
		}
		var lines []string
		for _, x := range m.Mentions {
			line := fmt.Sprintf("%s %q %d", x.Kind, x.Text, x.Count)
			for _, c := range x.Candidates {
				line += " " + string(c.ID)
			}
			for _, c := range x.Accepted {
				line += " is " + string(c.ID)
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "; "), nil
	})
}

func unknown(t *testing.T, h *hometest.Home) string {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (string, error) {
		u, err := answer.FindUnknown(ctx, d, "", "", 50)
		if err != nil {
			return "", err
		}
		var lines []string
		for _, x := range u.Names {
			lines = append(lines, fmt.Sprintf("%s %q %d", x.Kind, x.Text, x.Documents))
		}
		return strings.Join(lines, "; "), nil
	})
}

// mentionID is the id of the mention of a text in a document.
func mentionID(t *testing.T, h *hometest.Home, doc, text string) string {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (string, error) {
		m, err := answer.ReadMentions(ctx, d, doc)
		if err != nil {
			return "", err
		}
		for _, x := range m.Mentions {
			if x.Text == text {
				return x.ID, nil
			}
		}
		return "", fmt.Errorf("%s does not name %q", doc, text)
	})
}

func judge(t *testing.T, h *hometest.Home, j pipeline.Judgement) (*pipeline.Judged, error) {
	t.Helper()
	pass, err := h.Pass(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Judge(t.Context(), pass, j, h.Clock)
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

// Names are found in texts that came before them and after them, and whatever
// was taken back is gone.
func TestMentionsFollow(t *testing.T) {
	h := hometest.Memory(t)
	in := ingester(h, &script{reads: map[string]int{}})
	ingest(t, in, "leak", folder(t, map[string]string{"a.txt": "page Quorvex Wexley Ltd and Blomstrand Ltd\npage Quorvex again"}))
	same(t, "before", named(t, h, "a.txt"), `organization "Quorvex Wexley Ltd" 1; organization "Blomstrand Ltd" 1`)
	first := register(t, h, "register", "q Quorvex", "qw Quorvex Wexley Inc.")
	same(t, "after", named(t, h, "a.txt"), `known "Quorvex Wexley" 1 qw; known "Quorvex" 1 q; organization "Blomstrand Ltd" 1`)
	for i := range 9 { // more than there are files of names
		register(t, h, fmt.Sprint("register", i), fmt.Sprintf("x%d Xylonde %c", i, 'A'+i), "q Quorvex")
		named(t, h, "a.txt")
	}
	files, err := filepath.Glob(filepath.Join(h.Dir, "derived", "mentions", "names-*"))
	if err != nil || len(files) == 0 || len(files) > 7 {
		t.Errorf("files of names: %q, %v", files, err)
	}
	ingest(t, in, "leak", folder(t, map[string]string{"b.txt": "page Xylonde B met Quorvex; and Xylonde H, of Blomstrand Ltd"}))
	same(t, "a text that came last", named(t, h, "b.txt"), `known "Xylonde B" 1 x1; known "Quorvex" 1 q; known "Xylonde H" 1 x7; organization "Blomstrand Ltd" 1`)
	same(t, "unknown", unknown(t, h), `organization "Blomstrand Ltd" 2`)
	h.Undo(t, first.Runs[0])
	same(t, "taken back", named(t, h, "a.txt"), `known "Quorvex" 2 q; organization "Quorvex Wexley Ltd" 1; organization "Blomstrand Ltd" 1`)
}

// What a person accepts is a link that cites the passage; what is rejected is
// not suggested; both can be taken back.
func TestJudge(t *testing.T) {
	h := hometest.Memory(t)
	in := ingester(h, &script{reads: map[string]int{}})
	ingest(t, in, "leak", folder(t, map[string]string{
		"a.txt": "page The Quorvex report\npage Blomstrand Ltd was met by Quorvex", "b.txt": "page Blomstrand Ltd of Quorvex",
	}))
	register(t, h, "register", "q1 Quorvex", "q2 Quorvex", "r Rostrand")
	id := mentionID(t, h, "a.txt", "Quorvex")
	for _, c := range []struct {
		j    pipeline.Judgement
		code overt.Code
		text string
	}{
		{pipeline.Judgement{Mentions: []string{id}}, overt.Invalid, "q1 or q2"},
		{pipeline.Judgement{Mentions: []string{"a:b"}}, overt.Invalid, "this is no mention"},
		{pipeline.Judgement{Mentions: []string{id + "0"}}, overt.NotFound, "no name is suggested there"},
		{pipeline.Judgement{Mentions: []string{mentionID(t, h, "b.txt", "Blomstrand Ltd")}}, overt.Invalid, "nothing here is called"},
	} {
		c.j.Reason = "r"
		if _, err := judge(t, h, c.j); overt.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%v: %v", c.j, err)
		}
	}
	done, err := judge(t, h, pipeline.Judgement{Mentions: []string{id}, As: []ftm.EntityID{"q2"}, Reason: "the report says so"})
	if err != nil || len(done.Runs) != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	same(t, "accepted", named(t, h, "a.txt"), `known "Quorvex" 2 q1 q2 is q2; organization "Blomstrand Ltd" 1`)
	same(t, "elsewhere", named(t, h, "b.txt"), `known "Quorvex" 1 q1 q2; organization "Blomstrand Ltd" 1`)
	if _, err := judge(t, h, pipeline.Judgement{Mentions: []string{id}, As: []ftm.EntityID{"q2"}, Reason: "again"}); overt.CodeOf(err) != overt.Conflict {
		t.Errorf("accepted twice: %v", err)
	}
	linked(t, h)
	undo(t, h, done)
	same(t, "taken back", named(t, h, "a.txt"), `known "Quorvex" 2 q1 q2; organization "Blomstrand Ltd" 1`)

	reject := func(doc, text string, as ftm.EntityID, everywhere bool) *pipeline.Judged {
		t.Helper()
		j := pipeline.Judgement{Mentions: []string{mentionID(t, h, doc, text)}, Reject: true, Everywhere: everywhere, Reason: "no"}
		if as != "" {
			j.As = []ftm.EntityID{as}
		}
		done, err := judge(t, h, j)
		if err != nil || len(done.Runs) != 1 {
			t.Fatalf("%+v, %v", done, err)
		}
		return done
	}
	one := reject("a.txt", "Quorvex", "q1", false)
	same(t, "one rejected", named(t, h, "a.txt"), `known "Quorvex" 2 q2; organization "Blomstrand Ltd" 1`)
	all := reject("a.txt", "Quorvex", "", false)
	same(t, "all rejected", named(t, h, "a.txt"), `organization "Blomstrand Ltd" 1`)
	same(t, "elsewhere", named(t, h, "b.txt"), `known "Quorvex" 1 q1 q2; organization "Blomstrand Ltd" 1`)
	undo(t, h, one)
	undo(t, h, all)
	here := reject("a.txt", "Blomstrand Ltd", "", false)
	same(t, "unknown in one", unknown(t, h), `organization "Blomstrand Ltd" 1`)
	undo(t, h, here)
	everywhere := reject("a.txt", "Blomstrand Ltd", "", true)
	same(t, "unknown nowhere", unknown(t, h)+named(t, h, "b.txt"), `known "Quorvex" 1 q1 q2`)
	undo(t, h, everywhere)
	same(t, "all taken back", unknown(t, h), `organization "Blomstrand Ltd" 2`)

	// A name that nobody has can be said to mean somebody.
	if _, err := judge(t, h, pipeline.Judgement{Mentions: []string{mentionID(t, h, "a.txt", "Blomstrand Ltd")}, As: []ftm.EntityID{"r"}, Reason: "renamed"}); err != nil {
		t.Fatal(err)
	}
	same(t, "another's name", named(t, h, "a.txt"), `known "Quorvex" 2 q1 q2; organization "Blomstrand Ltd" 1 r is r`)
	same(t, "unknown still", unknown(t, h), `organization "Blomstrand Ltd" 1`)
	places := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.NamedWhere, error) {
		return answer.FindMentions(ctx, d, "r", "", 9)
	})
	if len(places.Places) != 1 || !places.Places[0].Accepted || places.Places[0].Text != "Blomstrand Ltd" {
		t.Errorf("of r: %+v", places.Places)
	}
}

// linked checks the link of TestJudge.
func linked(t *testing.T, h *hometest.Home) {
	t.Helper()
	trace := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Trace, error) {
		return answer.FindTrace(ctx, d, "a.txt", "q2", answer.TraceOptions{Hops: 2, Paths: 3, Edges: 3})
	})
	if len(trace.Paths) != 1 {
		t.Fatalf("%d ways from the document to what it names", len(trace.Paths))
	}
	e := trace.Paths[0].Edges[0]
	want := overt.Locator{Page: 1, Start: 4, End: 11}
	if e.Schema != "Names" || e.Basis != "accepted by a person" || len(e.Citations) != 1 || e.Citations[0].Locator != want || e.Citations[0].Quote != "Quorvex" {
		t.Errorf("link %+v", e)
	}
}

func undo(t *testing.T, h *hometest.Home, j *pipeline.Judged) {
	t.Helper()
	for _, id := range j.Runs {
		h.Undo(t, pipeline.RunReport{Run: id})
	}
}

// Places of an entity come page by page, each once.
func TestMentionsPages(t *testing.T) {
	h := hometest.Memory(t)
	in := ingester(h, &script{reads: map[string]int{}})
	files := map[string]string{}
	for i := range 7 {
		files[fmt.Sprint(i)] = fmt.Sprintf("page Quorvex and Quorvex of %d\npage Quorvex Ltd", i)
	}
	ingest(t, in, "leak", folder(t, files))
	register(t, h, "register", "q Quorvex Ltd")
	var whole, paged []string
	for _, limit := range []int{100, 4} {
		after, list := "", &whole
		if limit == 4 {
			list = &paged
		}
		for {
			n := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.NamedWhere, error) {
				return answer.FindMentions(ctx, d, "q", after, limit)
			})
			for _, p := range n.Places {
				*list = append(*list, p.ID)
			}
			if after = n.Next; after == "" {
				break
			}
		}
	}
	if len(whole) != 21 || strings.Join(whole, " ") != strings.Join(paged, " ") {
		t.Errorf("%d places, in pages %d", len(whole), len(paged))
	}
	_, err := hometest.Ask(t, h, func(ctx context.Context, d *gate.Desk) (*answer.NamedWhere, error) {
		return answer.FindMentions(ctx, d, "q", "nonsense", 1)
	})
	if overt.CodeOf(err) != overt.Invalid {
		t.Errorf("a cursor of nothing: %v", err)
	}
	_, err = hometest.Ask(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Mentions, error) {
		return answer.ReadMentions(ctx, d, "q")
	})
	if overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), "documents that name it") {
		t.Errorf("a company is no document: %v", err)
	}
}
