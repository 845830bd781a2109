package ui

import (
	"embed"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed dist
var dist embed.FS

// An Asset is a file that pages load. Its name holds a hash of what is in it, so
// that it never changes under that name.
type Asset struct {
	Name string // "app-QX3Z7K2A.css"
	Type string // of content
	Data []byte
}

var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".woff2": "font/woff2", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
}

// Assets are all files of the bundle, by name.
var Assets = sync.OnceValue(func() map[string]Asset {
	out := map[string]Asset{}
	list, err := fs.ReadDir(dist, "dist")
	if err != nil {
		panic(err) // it is in the program
	}
	for _, e := range list {
		data, err := dist.ReadFile("dist/" + e.Name())
		if err != nil {
			panic(err)
		}
		out[e.Name()] = Asset{e.Name(), types[path.Ext(e.Name())], data}
	}
	return out
})

// AssetPath is where pages load assets from.
const AssetPath = "/a/"

// Href is the address of the asset that was built from a file ("app.css").
func Href(file string) string {
	ext := path.Ext(file)
	stem := strings.TrimSuffix(file, ext) + "-"
	for name := range Assets() {
		if strings.HasPrefix(name, stem) && strings.HasSuffix(name, ext) && !strings.Contains(name[len(stem):], "-") {
			return AssetPath + name
		}
	}
	panic("no asset is built from " + file) // go generate ./ui
}
