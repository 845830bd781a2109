package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// page writes the page that shows the pictures, and tells which addresses have none.
func page(dir string) error {
	var b strings.Builder
	b.WriteString("# The desk in pictures\n\nOver records of public offices of the United States. Taken by\n\n    go run ./bench/screens -home DIR -out docs/screens\n")
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

// unseen are the addresses of the desk that no picture shows. A press counts for the
// address it leads to by the words of the list.
func unseen() ([]string, error) {
	source, err := os.ReadFile("web/routes.go")
	if err != nil {
		return nil, err
	}
	mux, out := http.NewServeMux(), []string{}
	for _, m := range route.FindAllStringSubmatch(string(source), -1) {
		mux.Handle("GET "+m[1], http.NotFoundHandler())
		if !slices.Contains(noPicture, m[1]) {
			out = append(out, m[1])
		}
	}
	for _, s := range screens {
		u, err := url.Parse(named.ReplaceAllString(s.at, "x"))
		if err != nil {
			return nil, err
		}
		_, pattern := mux.Handler(&http.Request{Method: "GET", URL: u, Host: "desk"})
		out = slices.DeleteFunc(out, func(p string) bool { return "GET "+p == pattern || slices.Contains(s.shows(), p) })
	}
	return out, nil
}

// shows are addresses that a picture shows beside its own: where its presses lead.
func (s screen) shows() []string { return pressed[s.name] }

var pressed = map[string][]string{
	"value-beside": {"/x/{blob}", "/e/{id}/value"}, "passage": {"/d/{id}"}, "sum": {"/e/{id}/sum"}, "audit-record": {"/audit/{seq}"}, "desk": {"/{$}"},
}
