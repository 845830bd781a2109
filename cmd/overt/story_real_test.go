package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"overt/internal/sandbox"
	"overt/internal/sharedtest"
)

// A step is a command of a page, and what the page says that it prints.
type step struct {
	line    int
	actor   string
	command string
	prints  []string
}

// prompt is what stands before a command: who gives it, when it is not the owner.
var prompt = regexp.MustCompile(`^([a-z]*)\$ `)

// stepsOf reads the commands of a page: blocks of console, in which a line that begins
// with "> " goes on with the command above it.
func stepsOf(page string) (out []step) {
	inside := false
	for i, l := range strings.Split(page, "\n") {
		if strings.HasPrefix(l, "```") {
			inside = l == "```console"
			continue
		}
		who := prompt.FindStringSubmatch(l)
		switch last := len(out) - 1; {
		case !inside:
		case who != nil:
			out = append(out, step{line: i + 1, actor: "local:" + who[1], command: l[len(who[0]):]})
			if who[1] == "" {
				out[last+1].actor = "local:anna"
			}
		case last >= 0 && len(out[last].prints) == 0 && (l == ">" || strings.HasPrefix(l, "> ")):
			out[last].command += "\n" + strings.TrimPrefix(l[1:], " ")
		case last >= 0:
			out[last].prints = append(out[last].prints, l)
		}
	}
	return out
}

// fails says whether the page shows that the command ends with an error.
func (s *step) fails() bool {
	return len(s.prints) > 0 && strings.HasPrefix(s.prints[len(s.prints)-1], "overt: ")
}

// missing is the first line of the page that the command did not print, "" when it
// printed them all, in their order and nothing between them but where the page has "…".
func (s *step) missing(printed string) string {
	lines := strings.Split(strings.TrimRight(printed, "\n"), "\n")
	if printed == "" {
		lines = nil
	}
	at, gap := 0, false
	for _, want := range s.prints {
		if want == "…" {
			gap = true
			continue
		}
		for gap && at < len(lines) && !likeLine(lines[at], want) {
			at++
		}
		if at == len(lines) || !likeLine(lines[at], want) {
			return want
		}
		at, gap = at+1, false
	}
	if !gap && at < len(lines) {
		return "nothing behind it, and there is " + lines[at]
	}
	return ""
}

// likeLine compares a printed line with one of a page, in which "…" stands for any
// words.
func likeLine(printed, page string) bool {
	parts := strings.Split(page, "…")
	if len(parts) == 1 {
		return printed == page
	}
	rest, ok := strings.CutPrefix(printed, parts[0])
	for _, p := range parts[1 : len(parts)-1] {
		_, behind, found := strings.Cut(rest, p)
		rest, ok = behind, ok && found
	}
	return ok && strings.HasSuffix(rest, parts[len(parts)-1])
}

// TestStoryReal runs docs/story.md from the first command to the last.
func TestStoryReal(t *testing.T) {
	data := filepath.Dir(sharedtest.Path(t, "procurement"))
	if testing.Short() {
		t.Skip("the story is told in the full run only")
	}
	if !sandbox.Doctor(t.Context(), nil)[0].Confined {
		t.Skip("this program, or this machine, confines no reader: build with CGO_ENABLED=0")
	}
	for _, tool := range []string{"sh", "jq", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the story is told with %s, which is not here", tool)
		}
	}
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "story.md"))
	if err != nil {
		t.Fatal(err)
	}
	steps := stepsOf(string(raw))
	if len(steps) < 40 {
		t.Fatalf("the page has %d commands; it lost some", len(steps))
	}
	// One shell runs them all, for what they keep in variables. Behind each stands a mark
	// with its number and how it ended.
	var script strings.Builder
	for i, s := range steps {
		fmt.Fprintf(&script, "export %s=%s\n%s\nprintf '\\036%d %%d\\n' $?\n", actorEnv, s.actor, s.command, i)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "exec 2>&1\n"+script.String())
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "DATA="+data, "NO_COLOR=1", "HOME="+cmd.Dir)
	out, err := cmd.Output()
	if err != nil {
		t.Logf("the shell: %v", err)
	}
	rest := string(out)
	for i, s := range steps {
		printed, behind, found := strings.Cut(rest, "\036"+strconv.Itoa(i)+" ")
		if !found {
			t.Fatalf("story.md:%d: %s\nthe shell ended in it and printed\n%s", s.line, s.command, rest)
		}
		ended, behind, _ := strings.Cut(behind, "\n")
		rest = behind
		if (ended != "0") != s.fails() {
			t.Errorf("story.md:%d: %s\nended with %s and printed\n%s", s.line, s.command, ended, printed)
		} else if want := s.missing(printed); want != "" {
			t.Errorf("story.md:%d: %s\nthe page says\n%s\nand it printed\n%s", s.line, s.command, want, printed)
		}
	}
}
