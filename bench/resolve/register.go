package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"overt/resolve/match"
)

// A register makes up records of persons or organisations with copies that are
// damaged as registers damage them. The same seed gives the same records.
type register struct {
	rng                 *rand.Rand
	last, female, male  names
	streets, cities     []string
	organisations       bool
	kinds, legal, trade []string
}

// names are drawn by how common they are.
type names struct {
	name []string
	sum  []float64
}

func (n *names) draw(r *rand.Rand) string {
	at := sort.SearchFloat64s(n.sum, r.Float64()*n.sum[len(n.sum)-1])
	return n.name[at]
}

func readNames(path string) (names, error) {
	var n names
	f, err := os.Open(path)
	if err != nil {
		return n, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return n, fmt.Errorf("%s: %w", path, err)
	}
	sum := 0.0
	s := bufio.NewScanner(io.LimitReader(z, 64<<20))
	for line := 1; s.Scan(); line++ {
		fields := strings.Fields(s.Text())
		if len(fields) < 2 {
			return n, fmt.Errorf("%s:%d: no name and share", path, line)
		}
		share, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			return n, fmt.Errorf("%s:%d: %w", path, line, err)
		}
		sum += share + 0.0001 // the rarest are given as none
		n.name, n.sum = append(n.name, fields[0]), append(n.sum, sum)
	}
	return n, s.Err()
}

func newRegister(data string, seed uint64, organisations bool) (*register, error) {
	g := &register{rng: rand.New(rand.NewPCG(seed, 1)), organisations: organisations}
	for _, f := range []struct {
		to   *names
		file string
	}{{&g.last, "dist.all.last.gz"}, {&g.female, "dist.female.first.gz"}, {&g.male, "dist.male.first.gz"}} {
		n, err := readNames(filepath.Join(data, "scale", f.file))
		if err != nil {
			return nil, err
		}
		*f.to = n
	}
	for range 4000 {
		g.streets = append(g.streets, title(g.last.draw(g.rng))+" "+pick(g.rng, []string{"Street", "Avenue", "Road", "Lane", "Drive", "Court"}))
	}
	for range 1500 {
		g.cities = append(g.cities, title(g.last.draw(g.rng))+pick(g.rng, []string{"ville", "ton", " City", "field", " Falls"}))
	}
	g.kinds = strings.Fields("Consulting Technology Construction Logistics Holdings Partners Engineering Medical Energy Foods Capital Properties Transport Solutions Systems Electric Plumbing Design Media Services")
	g.legal = []string{"Inc", "LLC", "Ltd", "Corp", "GmbH", "LLP", "Co"}
	g.trade = strings.Fields("Northern Pacific Golden United National Global First American Blue Summit Liberty Pioneer Delta Prime Apex")
	return g, nil
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func title(s string) string { return s[:1] + strings.ToLower(s[1:]) }

// A person or an organisation, field by field; a field is "" where it is not known.
type fields struct{ first, last, date, address, phone, number string }

func (g *register) entity() fields {
	r := g.rng
	f := fields{
		date:    fmt.Sprintf("%d-%02d-%02d", 1935+r.IntN(70), 1+r.IntN(12), 1+r.IntN(28)),
		address: g.address(),
		phone:   fmt.Sprintf("+1 %d %d %04d", 201+r.IntN(700), 200+r.IntN(800), r.IntN(10000)),
	}
	if g.organisations {
		f.last = title(g.last.draw(r))
		switch r.IntN(3) {
		case 0:
			f.last = pick(r, g.trade) + " " + f.last
		case 1:
			f.last += " & " + title(g.last.draw(r))
		}
		f.last += " " + pick(r, g.kinds) + " " + pick(r, g.legal)
		f.number = strconv.Itoa(10_000_000 + r.IntN(90_000_000))
		return f
	}
	f.first = title(g.female.draw(r))
	if r.IntN(2) == 0 {
		f.first = title(g.male.draw(r))
	}
	f.last = title(g.last.draw(r))
	return f
}

func (g *register) address() string {
	city := g.rng.IntN(len(g.cities))
	return fmt.Sprintf("%d %s, %s %05d", 1+g.rng.IntN(999), pick(g.rng, g.streets), g.cities[city], 10000+city*50+g.rng.IntN(20))
}

// damage changes a copy: slips in names, another address, fields that are missing.
func (g *register) damage(f fields) fields {
	r := g.rng
	if r.Float64() < 0.3 {
		f.last = slip(r, f.last)
	}
	switch p := r.Float64(); {
	case f.first == "":
	case p < 0.15:
		f.first = slip(r, f.first)
	case p < 0.23:
		f.first = f.first[:1] + "."
	case p < 0.26:
		f.first, f.last = f.last, f.first
	}
	if r.Float64() < 0.1 {
		f.date = slipDigit(r, f.date)
	}
	if r.Float64() < 0.35 {
		f.address = g.address()
	}
	for _, x := range []struct {
		to *string
		p  float64
	}{{&f.date, .08}, {&f.address, .1}, {&f.phone, .5}, {&f.number, .4}} {
		if r.Float64() < x.p {
			*x.to = ""
		}
	}
	return f
}

func slip(r *rand.Rand, s string) string {
	if len(s) < 4 {
		return s
	}
	i := 1 + r.IntN(len(s)-2)
	switch r.IntN(3) {
	case 0:
		return s[:i] + s[i+1:]
	case 1:
		return s[:i] + s[i+1:i+2] + s[i:i+1] + s[i+2:]
	}
	return s[:i] + string(rune('a'+r.IntN(26))) + s[i+1:]
}

func slipDigit(r *rand.Rand, s string) string {
	i := []int{3, 6, 9}[r.IntN(3)]
	return s[:i] + strconv.Itoa(r.IntN(3)) + s[i+1:]
}

// make yields n records; a quarter of the entities have copies. The number of the
// entity is scrambled, so that ids say nothing about the order.
func (g *register) make(n int, yield func(match.Record) error) error {
	for made, entity := 0, uint32(0); made < n; entity++ {
		f := g.entity()
		copies := 1
		if g.rng.Float64() < 0.25 {
			copies += 1 + g.rng.IntN(2)
		}
		for c := range min(copies, n-made) {
			this := f
			if c > 0 {
				this = g.damage(f)
			}
			if err := yield(g.record(idOf(entity*2654435761, c), this)); err != nil {
				return err
			}
			made++
		}
	}
	return nil
}

func (g *register) record(id string, f fields) match.Record {
	rec := match.Record{ID: id, Source: "register", Schema: "Person"}
	props := [...]string{"firstName", "lastName", "birthDate", "address", "phone", "idNumber"}
	if g.organisations {
		rec.Schema = "Company"
		props = [...]string{"", "name", "incorporationDate", "address", "phone", "registrationNumber"}
	}
	for i, v := range [...]string{f.first, f.last, f.date, f.address, f.phone, f.number} {
		if v != "" {
			rec.Values = append(rec.Values, match.Value{Prop: props[i], Text: v})
		}
	}
	return rec
}
