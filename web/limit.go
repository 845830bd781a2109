package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"overt/ui"
)

// How often somebody may try to come in: so many times at once, and one more each time
// that some seconds have passed.
const (
	tries     = 20
	tryEvery  = 3 * time.Second
	maxPlaces = 10_000
)

// A limit bounds how often each place tries to come in, so that neither the log nor
// memory is filled by it. Secrets are too long to be guessed in any case.
type limit struct {
	clock func() time.Time

	mu     sync.Mutex
	places map[netip.Prefix]*tried
}

type tried struct {
	left float64
	at   time.Time
}

func newLimit(clock func() time.Time) *limit {
	return &limit{clock: clock, places: map[netip.Prefix]*tried{}}
}

// take says whether a place may try once more. When there are too many places, those
// that have not tried for long are forgotten; if none is, nobody new may.
func (l *limit) take(place netip.Prefix) bool {
	now := l.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.places[place]
	if t == nil {
		if len(l.places) >= maxPlaces {
			for p, old := range l.places {
				if now.Sub(old.at) > tries*tryEvery {
					delete(l.places, p)
				}
			}
			if len(l.places) >= maxPlaces {
				return false
			}
		}
		t = &tried{left: tries, at: now}
		l.places[place] = t
	}
	t.left, t.at = min(tries, t.left+max(0, now.Sub(t.at).Seconds()/tryEvery.Seconds())), now
	if t.left < 1 {
		return false
	}
	t.left--
	return true
}

// client is where a request comes from: an address, or the network of one, where each
// machine has many. Behind a proxy it is what the proxy says, last, of whom it asks for.
func (s *Service) client(r *http.Request) netip.Prefix {
	from := r.RemoteAddr
	if host, _, err := net.SplitHostPort(from); err == nil {
		from = host
	}
	if list := r.Header.Values("X-Forwarded-For"); s.cfg.BehindProxy && len(list) > 0 {
		all := strings.Split(list[len(list)-1], ",")
		from = strings.TrimSpace(all[len(all)-1])
	}
	a, err := netip.ParseAddr(from)
	if err != nil {
		return netip.Prefix{}
	}
	bits := 64
	if a = a.Unmap(); a.Is4() {
		bits = 32
	}
	p, _ := a.WithZone("").Prefix(bits) // it has so many bits
	return p
}

func (s *Service) tooOften(v *visit) response {
	p := ui.Problem{Title: v.say("Too many tries"), Sentence: v.say("Wait a minute, then try again.")}
	return response{page: ui.Page{Title: p.Title, Main: ui.Failed(p), Wide: true}, status: http.StatusTooManyRequests}
}
