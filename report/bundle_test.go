package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"overt"
	"overt/audit"
	"overt/casefile"
	"overt/extract/reading"
)

// edition is a small one of our own: a passage, and a sum of two rows.
func edition(t *testing.T) *Edition {
	t.Helper()
	blob := overt.BlobID(strings.Repeat("ab", 32))
	quote := "ferry takes 1,250.50"
	uri, err := reading.Cite{Document: blob, Version: strings.Repeat("c", 64), Page: 1, Start: 4, End: 4 + len(quote), Quote: quote}.URI()
	if err != nil {
		t.Fatal(err)
	}
	e := &Edition{
		Format: 1, Report: "r7c1m4", Title: "What the ferry takes", Version: 1, Author: "local:ben", Written: "2024-03-01T10:00:00.000Z",
		Text:   "# Fares\n\nThe ferry takes 1,250.50.[@k3f9a2] Both took 2,150.50 & more [@p7c1m4].",
		Claims: []Claim{{"k3f9a2", "The ferry takes 1,250.50", casefile.Confirmed, "local:anna", []string{"aaaaaa"}}, {"p7c1m4", "Both took 2,150.50", casefile.Confirmed, "local:anna", []string{"bbbbbb", "cccccc"}}},
		Passages: []Passage{
			{Item: "aaaaaa", Quote: quote, Before: "The ", After: " each day", URI: uri, Blob: blob, Place: overt.Locator{Page: 1, Start: 4, End: 4 + len(quote)}, Words: "letter.txt: page 1"},
			{Item: "bbbbbb", Quote: "1250.50", Blob: blob, Place: overt.Locator{Row: 2, Column: "fare"}, Words: "fares.csv: row 2", For: []string{"2,150.50"}},
			{Item: "cccccc", Quote: "900", Blob: blob, Place: overt.Locator{Row: 3, Column: "fare"}, Words: "fares.csv: row 3", For: []string{"2,150.50"}},
		},
		Sources: []Source{{Blob: blob, Name: "letter.txt", Dataset: "letters", Observed: "2024-01-01"}},
		Sums:    []Sum{}, Replies: []Reply{}, PassedBy: []Exception{},
	}
	e.Sums = append(e.Sums, sumsOf(&e.Claims[1], e.Passages)...)
	return e
}

// viewed is the same with a view: its table and its picture in their places.
func viewed(t *testing.T) *Edition {
	t.Helper()
	e := edition(t)
	at := func(row int64, quote string) *casefile.SavedCite {
		return &casefile.SavedCite{Place: overt.Locator{Row: row, Column: "fare"}, Quote: quote}
	}
	e.Views = []View{{Item: "v8d2h5", Title: "Money <of> ferries", Kept: "2024-03-01T10:00:00.000Z", Saved: casefile.Saved{
		Address: "/trace?from=ferries&view=flow", Columns: []casefile.SavedColumn{{Label: "Who"}, {Label: "Amount", Number: true}, {Label: "Unknown", Number: true}},
		Sources: []casefile.SavedSource{{Blob: e.Sources[0].Blob, Name: "fares.csv", Dataset: "letters", Run: 1}}, Picture: "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n",
		Rows: []casefile.SavedRow{{
			Cells: []string{"Both & more", "2,150.50", "0"}, Cites: []casefile.SavedCite{*at(2, "1250.50")}, More: 1,
			Sum: &casefile.SavedSum{Column: 1, Amount: "2150.50", Parts: []casefile.SavedPart{{Amount: "1250.50", Cite: at(2, "1250.50")}, {Amount: "900", Cite: at(3, "900")}}},
		}},
	}}}
	e.Text += "\n\n| fare | of |\n|---|---|\n| high [@k3f9a2] | both |\n\n[@v8d2h5 table]\n\n[@v8d2h5 picture]"
	e.Sums = append(e.Sums, e.Views[0].sums()...)
	return e
}

// bundle makes the files of an edition with a real log behind them.
func bundle(t *testing.T, e *Edition, approver string) ([]File, Expect) {
	t.Helper()
	ctx := t.Context()
	log, err := audit.Open(ctx, t.TempDir(), audit.Options{Origin: "overt/test/audit"})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	raw, err := e.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	attest := func(action, actor string) (out Attested) {
		r, err := log.Append(ctx, audit.Event{Action: action, Actor: actor, Result: Digest(raw)})
		if err != nil {
			t.Fatal(err)
		}
		if out.Proof, err = log.Proof(ctx, r.Seq()); err != nil {
			t.Fatal(err)
		}
		for rec, err := range log.Records(ctx, r.Seq(), -1) {
			if out.Leaf = rec.Leaf; err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	proofs := Proofs{LogKey: log.Key(), Approved: attest("case.approve", approver), Published: attest("case.publish", "local:ben")}
	key, err := log.SigningKey("publication")
	if err != nil {
		t.Fatal(err)
	}
	sign := Signer{key, func(text string) ([]byte, error) { return log.Sign("publication", text) }}
	files, err := Bundle(raw, "2024-05-17", proofs, sign)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Bundle(raw, "2024-05-17", proofs, sign)
	if a, b := zipped(t, files), zipped(t, again); err != nil || !bytes.Equal(a, b) {
		t.Errorf("made twice, a bundle differs: %v", err)
	}
	return files, Expect{key, log.Key()}
}

func zipped(t *testing.T, files []File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteZip(&b, files); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func folder(files []File) fstest.MapFS {
	out := fstest.MapFS{}
	for _, f := range files {
		out[f.Name] = &fstest.MapFile{Data: bytes.Clone(f.Body)}
	}
	return out
}

func problems(t *testing.T, in fstest.MapFS, x Expect) []Problem {
	t.Helper()
	v, err := Verify(t.Context(), in, x)
	if err != nil {
		t.Fatal(err)
	}
	return v.Problems
}

func TestBundleHolds(t *testing.T) {
	files, x := bundle(t, viewed(t), "local:anna")
	for _, expect := range []Expect{{}, x} {
		if p := problems(t, folder(files), expect); len(p) > 0 {
			t.Errorf("problems: %v", p)
		}
	}
	if p := problems(t, folder(files), Expect{Key: x.LogKey}); len(p) == 0 {
		t.Error("it holds under another key")
	}
}

// A changed byte anywhere in any file is found, and the file named.
func TestEachChangedByteIsFound(t *testing.T) {
	files, _ := bundle(t, viewed(t), "local:anna")
	for _, f := range files {
		step := max(1, len(f.Body)/25)
		for at := 0; at < len(f.Body); at += step {
			in := folder(files)
			in[f.Name].Data[at] ^= 1
			named := false
			for _, p := range problems(t, in, Expect{}) {
				named = named || p.File == f.Name
			}
			if !named {
				t.Errorf("byte %d of %s was changed, and it is not named", at, f.Name)
			}
		}
		in := folder(files)
		delete(in, f.Name)
		if p := problems(t, in, Expect{}); len(p) == 0 || !strings.Contains(names(p), f.Name) {
			t.Errorf("%s is missing: %v", f.Name, p)
		}
	}
	in := folder(files)
	in["passages/more.json"] = &fstest.MapFile{Data: []byte("{}")}
	if p := problems(t, in, Expect{}); len(p) != 1 || p[0].File != "passages/more.json" {
		t.Errorf("a file was added: %v", p)
	}
}

func names(list []Problem) string {
	var out []string
	for _, p := range list {
		out = append(out, p.File)
	}
	return strings.Join(out, " ")
}

// What is signed and whole may still be wrong.
func TestWhatIsSignedIsCheckedToo(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*Edition)
		approver string
		file     string
		text     string
	}{
		"quote":    {func(e *Edition) { e.Passages[0].Quote = "ferry takes 9,250.50" }, "", "passages/aaaaaa.json", "does not stand in the passage"},
		"place":    {func(e *Edition) { e.Passages[0].Place.Start++ }, "", "passages/aaaaaa.json", "another place"},
		"source":   {func(e *Edition) { e.Sources = []Source{} }, "", "passages/aaaaaa.json", "not among the sources"},
		"total":    {func(e *Edition) { e.Sums[0].Total = "2150.51" }, "", "sums.json", "add up to 2150.5, and it says 2150.51"},
		"row":      {func(e *Edition) { e.Passages[2].Quote = "901" }, "", "sums.json", "add up to 2151.5"},
		"no sum":   {func(e *Edition) { e.Sums = []Sum{} }, "", "sums.json", "lacks the sum"},
		"number":   {func(e *Edition) { e.Claims[0].Text = "The ferry takes 17" }, "", "edition.json", "has the number 17"},
		"state":    {func(e *Edition) { e.Claims[0].State = casefile.Stated }, "", "edition.json", "not confirmed"},
		"no claim": {func(e *Edition) { e.Text += " Less.[@zzzzzz]" }, "", "edition.json", "cites the claim zzzzzz"},
		"part":     {func(e *Edition) { e.Views[0].Rows[0].Sum.Parts[1].Amount = "901" }, "", "sums.json", "the parts of the row 1 of the view v8d2h5 add up to 2151.5"},
		"its own":  {func(e *Edition) { p := e.Views[0].Rows[0].Sum; p.Parts[0].Amount, p.Parts[1].Amount = "1250", "900.50" }, "", "views/v8d2h5.json", "part 1 of row 1 is 1250, and its source says 1250.50"},
		"shown":    {func(e *Edition) { e.Views[0].Rows[0].Cells[1] = "2,150" }, "", "views/v8d2h5.json", "shows 2,150"},
		"huge":     {func(e *Edition) { e.Views[0].Rows[0].Sum.Parts[0].Amount = "1e999999999" }, "", "sums.json", "add up to"},
		"column":   {func(e *Edition) { e.Views[0].Rows[0].Sum.Column = 9 }, "", "views/v8d2h5.json", "do not fit"},
		"no view":  {func(e *Edition) { e.Views, e.Sums = nil, e.Sums[:1] }, "", "edition.json", "places the view v8d2h5"},
		"origin":   {func(e *Edition) { e.Views[0].Sources[0].Blob = overt.BlobID(strings.Repeat("cd", 32)) }, "", "views/v8d2h5.json", "not among the sources"},
		"alone":    {func(*Edition) {}, "local:ben", "proofs/approved.leaf", "who wrote it approved it"},
	} {
		t.Run(name, func(t *testing.T) {
			e := viewed(t)
			c.change(e)
			if c.approver == "" {
				c.approver = "local:anna"
			}
			files, x := bundle(t, e, c.approver)
			for _, p := range problems(t, folder(files), x) {
				if p.File == c.file && strings.Contains(p.Text, c.text) {
					return
				}
			}
			t.Errorf("not found: %v", problems(t, folder(files), x))
		})
	}
}

// The proofs of one edition do not fit another.
func TestProofsAreOfTheEdition(t *testing.T) {
	a, _ := bundle(t, edition(t), "local:anna")
	other := edition(t)
	other.Title = "Another"
	b, _ := bundle(t, other, "local:anna")
	in := folder(b)
	for _, f := range a {
		if strings.HasPrefix(f.Name, "proofs/") {
			in[f.Name].Data = f.Body
		}
	}
	if p := names(problems(t, in, Expect{})); !strings.Contains(p, "proofs/published.leaf") || !strings.Contains(p, "proofs/log.key") {
		t.Errorf("problems in %s", p)
	}
}

// Hostile words of sources do not become marks of the page.
func TestPageShowsWordsAsWords(t *testing.T) {
	e := edition(t)
	e.Title, e.Text = "<script>x</script>", e.Text+"\n\n<img src=x onerror=y> & \u202e **<b>** [@k3f9a2]"
	e.Passages[0].Words = "\"><script>"
	raw, err := e.Page("2024-05-17")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<img", "<b>"} {
		if bytes.Contains(raw, []byte(bad)) {
			t.Errorf("the page has %s", bad)
		}
	}
	if n := bytes.Count(raw, []byte(`<li id="note-`)); n != 3 {
		t.Errorf("it has %d notes", n)
	}
}

// A view stands in its place with a note for each row; columns of zeros are left to the
// file.
func TestPageHasViews(t *testing.T) {
	raw, err := viewed(t).Page("2024-05-17")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<img src="views/v8d2h5.svg" alt="Money &lt;of&gt; ferries">`, "Both &amp; more", `<td class="num"><bdi>2,150.50</bdi></td>`, "and 1 more", "as it was on 2024-03-01", `<th scope="col">fare</th>`, `<a href="views/v8d2h5.json">`} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("the page lacks %s:\n%s", want, raw)
		}
	}
	if bytes.Contains(raw, []byte("Unknown")) {
		t.Error("it has a column of zeros")
	}
}

func FuzzVerifyEdition(f *testing.F) {
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`{"format":1,"text":"[@v8d2h5 table]","views":[{"item":"v8d2h5","columns":[{"label":"a"}],"rows":[{"cells":["1"],"cites":[{"source":7}],"sum":{"column":3,"amount":"x","parts":[{"amount":"1e9"}]}}]}]}`))
	f.Add([]byte(`{"format":1,"claims":[{"text":"1 and 2","passages":["x"]}],"passages":[{"item":"x","quote":"1","for":["2"]}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		files := []File{{editionName, raw}}
		var sums strings.Builder
		for _, x := range files {
			sums.WriteString(Digest(x.Body) + "  " + x.Name + "\n")
		}
		in := folder(append(files, File{manifestName, []byte(sums.String())}))
		if len(problems(t, in, Expect{})) == 0 {
			t.Error("it holds without a signature")
		}
	})
}

func TestEditionReadsWhatItWrote(t *testing.T) {
	raw, err := edition(t).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	e, err := ReadEdition(raw)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(e); len(again) == 0 || e.Sums[0].How != "same" || e.Sums[0].Total != "2150.5" {
		t.Errorf("sums are %+v", e.Sums)
	}
	for _, bad := range []string{"", "{", `{"format":2}`, `{"format":1,"more":1}`} {
		if _, err := ReadEdition([]byte(bad)); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
