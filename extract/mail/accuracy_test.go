package mail

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/internal/figures"
)

// theirs prints, as JSON by file, the plain text that the mail package of Python
// finds in messages, attached files left out.
const theirs = `import sys, json, email, email.policy
out = {}
for path in sys.argv[1:]:
    try:
        m = email.message_from_binary_file(open(path, "rb"), policy=email.policy.default)
        out[path] = "\\n".join(p.get_content() for p in m.walk() if p.get_content_type() == "text/plain" and not p.is_attachment())
    except Exception:
        pass
json.dump(out, sys.stdout)
`

// TestAccuracy compares the bodies of messages with what Python finds.
func TestAccuracy(t *testing.T) {
	if testing.Short() {
		t.Skip("compares with another program: in the full run only")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: there is nothing to compare with")
	}
	dir := documenttest.Corpus(t, 2, "ruby-mail")
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	f := figures.Figure{What: "words of bodies of mail", Against: "plain text that the mail package of Python finds; we read other parts besides"}
	out, err := exec.CommandContext(t.Context(), python, append([]string{"-c", theirs}, files...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := json.Unmarshal(out, &texts); err != nil {
		t.Fatal(err)
	}
	for path, want := range texts {
		if len(figures.Words(want)) == 0 {
			continue
		}
		d := documenttest.ReadFile(t, EML{}, path, document.Input{Type: "message/rfc822"})
		one := figures.Figure{}
		one.Add(want, d.Text())
		if one.Recall() < 0.95 {
			t.Logf("%s: recall %.2f precision %.2f", filepath.Base(path), one.Recall(), one.Precision())
		}
		f.Add(want, d.Text())
	}
	figures.Hold(t, f, documenttest.Update())
}
