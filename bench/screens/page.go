package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// page writes the page that shows the pictures, and tells which addresses have none.
func page(dir string) error {
	var b strings.Builder
	b.WriteString("# The desk in pictures\n\nOver records of public offices of the United States. Taken by\n\n    go run ./bench/screens -home DIR -out docs/screens -table TABLE\n")
	total := int64(0)
	for _, s := range screens {
		fmt.Fprintf(&b, "\n## %s\n\n%s %d × %d, %s", s.name, s.says, s.width, s.height, s.theme)
		if s.language == arabic {
			b.WriteString(", Arabic")
		}
		fmt.Fprintf(&b, ".\n\n![%s](%s.png)\n", strings.TrimSuffix(s.says, "."), s.name)
		info, err := os.Stat(filepath.Join(dir, s.name+".png"))
		if err != nil {
			return err
		}
		total += info.Size()
		if info.Size() > most {
			fmt.Printf("%s has %d bytes, more than %d\n", s.name, info.Size(), most)
		}
	}
	fmt.Printf("%d pictures, %d bytes\n", len(screens), total)
	missing, err := unseen()
	if err != nil {
		return err
	}
	for _, m := range missing {
		fmt.Println("no picture of", m)
	}
	return os.WriteFile(filepath.Join(dir, "README.md"), []byte(b.String()), 0o644)
}

var route = regexp.MustCompile(`pattern: "GET ([^"]+)"`)

// unseen are the addresses of the desk that no picture shows.
func unseen() ([]string, error) {
	source, err := os.ReadFile("web/routes.go")
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, m := range route.FindAllStringSubmatch(string(source), -1) {
		if !slices.Contains(noPicture, m[1]) && !slices.ContainsFunc(screens, func(s screen) bool { return s.shows(m[1]) }) {
			out = append(out, m[1])
		}
	}
	return out, nil
}

var variable = regexp.MustCompile(`\\\{[^/]*\\\}`)

// shows says whether a picture is of an address of the list, or of where its presses
// lead.
func (s screen) shows(pattern string) bool {
	at, _, _ := strings.Cut(named.ReplaceAllString(strings.TrimPrefix(s.at, "//localhost"), "x"), "?")
	like := strings.TrimSuffix(regexp.QuoteMeta(pattern), `\{\$\}`)
	return regexp.MustCompile("^"+variable.ReplaceAllString(like, "[^/]+")+"$").MatchString(at) || slices.Contains(pressed[s.name], pattern)
}

// pressed are addresses that presses lead to.
var pressed = map[string][]string{
	"mapping": {"/mappings/{name}"}, "confirm": {"/confirm"}, "enrol": {"/enrol"},
	"kept-view": {"/c/{case}/view/{item}"}, "review-pair": {"/review/{queue}/{left}/{right}"}, "review-names": {"/review/mentions/{document}/{place}"}, "import-draft": {"/import/{import}"},
	"value-beside": {"/x/{blob}", "/e/{id}/value"}, "sum": {"/e/{id}/sum"}, "audit-record": {"/audit/{seq}"},
}
