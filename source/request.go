package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"overt"
)

// maxRedirects is how often an answer may point elsewhere.
const maxRedirects = 5

var (
	errStalled = errors.New("the server sends too slowly")
	errAgain   = errors.New("the answer does not go on where the file ends")
)

// A refusal is an answer that is not what was asked for.
type refusal struct {
	status int
	after  time.Duration // the server's wish, 0 when it has none
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the server answered %d %s", r.status, http.StatusText(r.status))
}

// again says whether the same request may do better later.
func again(err error) bool {
	var r *refusal
	if errors.As(err, &r) {
		return slices.Contains([]int{408, 425, 429, 500, 502, 503, 504}, r.status)
	}
	var ours *overt.Error
	if errors.As(err, &ours) {
		return ours.Code == overt.Unavailable && ours.Op != "write" // a full disk stays full
	}
	return true // the connection
}

// An exchange is one request with the headers that are its own.
type exchange struct {
	method, address, body string
	header                map[string]string
}

// An answer is open until its body is closed.
type answer struct {
	*http.Response
	via  []string
	stop func()
}

func (a *answer) close() {
	_ = a.Body.Close()
	a.stop()
}

// do sends a request and follows redirects to the hosts of the source. The
// caller closes the answer.
func (r *run) do(ctx context.Context, x exchange) (*answer, error) {
	u, err := parseAddress(x.address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := func() { cancel(nil) }
	var via []string
	for {
		if !slices.Contains(r.hosts, u.Hostname()) {
			stop()
			return nil, overt.Errorf(overt.Denied, u.Hostname(), "%s points to this host, which the source does not list; nothing was sent there", pointer(via))
		}
		if err := r.pace(ctx, u.Hostname()); err != nil {
			stop()
			return nil, err
		}
		resp, err := r.send(ctx, x, u)
		if err != nil {
			stop()
			return nil, err
		}
		if !redirects(resp.StatusCode) {
			a := &answer{Response: resp, via: via, stop: stop}
			a.Body = r.watch(resp.Body, cancel)
			return a, nil
		}
		to, err := redirect(x, u, resp)
		_ = resp.Body.Close()
		if via = append(via, ""); err == nil && len(via) > maxRedirects {
			err = overt.Errorf(overt.Invalid, "", "the server points elsewhere more than %d times", maxRedirects)
		}
		if err != nil {
			stop()
			return nil, err
		}
		u, via[len(via)-1] = to, withoutQuery(to)
	}
}

func pointer(via []string) string {
	if len(via) == 0 {
		return "an answer"
	}
	return "a redirect"
}

func redirects(status int) bool {
	return slices.Contains([]int{301, 302, 303, 307, 308}, status)
}

// redirect is where an answer points to.
func redirect(x exchange, from *url.URL, resp *http.Response) (*url.URL, error) {
	if x.method != http.MethodGet {
		return nil, overt.Errorf(overt.Invalid, from.Hostname(), "the server points elsewhere in answer to a %s; it was not sent again", x.method)
	}
	to, err := follow(from, resp.Header.Get("Location"))
	if err != nil {
		return nil, overt.Errorf(overt.Denied, from.Hostname(), "a redirect was not followed: %w", err)
	}
	return to, nil
}

func (r *run) send(ctx context.Context, x exchange, u *url.URL) (*http.Response, error) {
	var body io.Reader
	if x.body != "" {
		body = strings.NewReader(x.body)
	}
	req, err := http.NewRequestWithContext(ctx, x.method, u.String(), body)
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, "", "the address cannot be asked for: %w", err)
	}
	req.Header.Set("User-Agent", r.f.Agent)
	req.Header.Set("Accept", "*/*")
	req.Header.Set("Accept-Encoding", "identity")
	if x.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range x.header {
		req.Header.Set(k, v)
	}
	resp, err := r.tr.RoundTrip(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, err
	}
	return resp, nil
}

// pace waits until the host may be asked again.
func (r *run) pace(ctx context.Context, host string) error {
	every := time.Duration(cmp.Or(r.plan.Entry.Every, Duration(time.Second)))
	now := time.Now()
	due := r.due[host]
	if due.Before(now) {
		due = now
	}
	r.due[host] = due.Add(every)
	return r.wait(ctx, due.Sub(now))
}

func (r *run) wait(ctx context.Context, d time.Duration) error {
	if pass := r.f.Network.wire.Wait; pass != nil {
		return errors.Join(pass(ctx, d), ctx.Err())
	}
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// watch ends an answer whose bytes come too slowly to be meant.
func (r *run) watch(body io.ReadCloser, cancel context.CancelCauseFunc) io.ReadCloser {
	w := &watched{ReadCloser: body, done: make(chan struct{})}
	go func() {
		t := time.NewTicker(r.lim.Stall)
		defer t.Stop()
		var before int64
		for {
			select {
			case <-t.C:
				n := w.n.Load()
				if n-before < r.lim.Least {
					w.stalled.Store(true)
					cancel(errStalled)
					return
				}
				before = n
			case <-w.done:
				return
			}
		}
	}()
	return w
}

type watched struct {
	io.ReadCloser
	n       atomic.Int64
	stalled atomic.Bool
	closed  atomic.Bool
	done    chan struct{}
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.n.Add(int64(n))
	if err != nil && err != io.EOF && w.stalled.Load() {
		err = errStalled
	}
	return n, err
}

func (w *watched) Close() error {
	if w.closed.CompareAndSwap(false, true) {
		close(w.done)
	}
	return w.ReadCloser.Close()
}

// persist tries until there is an answer, the server is at its limit or ours is
// reached. once reports whether it came any further.
func (r *run) persist(ctx context.Context, once func(ctx context.Context) (further bool, err error)) error {
	failures := 0
	for {
		further, err := once(ctx)
		if err == nil {
			return nil
		}
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		if !again(err) {
			return err
		}
		if failures++; further {
			failures = 1
		}
		if failures >= r.lim.Tries {
			return overt.Errorf(overt.Unavailable, "", "given up after %d attempts: %w", failures, err)
		}
		wait, err := r.backoff(failures, err)
		if err != nil {
			return err
		}
		r.say("", 0, 0, fmt.Sprintf("waiting %s, then trying again", wait.Round(time.Second)))
		if err := r.wait(ctx, wait); err != nil {
			return err
		}
	}
}

// backoff is how long to wait: what the server asks for, else 1, 2, 4 … 60
// seconds, shortened by up to a half at random so that many do not come at once.
func (r *run) backoff(failures int, err error) (time.Duration, error) {
	base := min(time.Minute, time.Second<<min(failures-1, 6))
	wait := base/2 + time.Duration(r.f.random()*float64(base/2))
	var refused *refusal
	if errors.As(err, &refused) && refused.after > 0 {
		if refused.after > r.lim.Wait {
			return 0, overt.Errorf(overt.Unavailable, "", "%w and asks to wait %s; run the same command again then", err, refused.after.Round(time.Second))
		}
		wait = max(wait, refused.after)
	}
	return wait, nil
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.ParseInt(v, 10, 32); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}

// readSmallBody reads an answer that is not kept.
func readSmallBody(a *answer, l Limits) ([]byte, error) {
	packed, err := encoding(a.Header)
	if err != nil {
		return nil, err
	}
	var r io.ReadCloser = a.Body
	if packed {
		if r, err = unzip(r, l); err != nil {
			return nil, err
		}
	}
	raw, err := io.ReadAll(io.LimitReader(r, l.Answer+1))
	if err == nil && int64(len(raw)) > l.Answer {
		return nil, tooLarge(l.Answer)
	}
	return raw, err
}
