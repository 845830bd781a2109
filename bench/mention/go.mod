module overt/bench/mention

go 1.26.0

replace overt => ../..

require (
	github.com/blevesearch/vellum v1.2.1
	github.com/petar-dambovaliev/aho-corasick v0.0.0-20250424160509-463d218d4745
	golang.org/x/sys v0.49.0
	overt v0.0.0
)

require (
	github.com/bits-and-blooms/bitset v1.24.2 // indirect
	github.com/blevesearch/mmap-go v1.2.0 // indirect
)
