package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"overt/web"
)

// axe finds what those cannot use who do not see, hear or point; axe-core 4.14.1.
//
//go:embed testdata/axe-core/axe.min.js
var axe string

// A Browser is one tab of a headless Chromium, inside the desk.
type Browser struct {
	t       testing.TB
	ctx     context.Context
	site    *Site
	presses int
	keyed   bool // there is no pointer

	mu      sync.Mutex
	outside []string // addresses that were asked for and are not ours
	ran     []string // scripts that ran and should not: dialogs, marks
	stopped []string // what the policy of content stopped
	errors  []string // that the page threw or said

	bytes, fonts int64 // that came over the line
	requests     int   // that were answered
	isFont       map[network.RequestID]bool
}

// names are what Chromium is called.
var names = []string{"chromium", "chromium-browser", "google-chrome", "chrome", "headless-shell"}

// Chromium is where there is one, "" where there is none.
func Chromium() string {
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return p
		}
	}
	return ""
}

// noted is run in every page before all else: it tells, outlasting the page, what planted
// scripts did and what the policy of content stopped.
const noted = `window.planted = {push: what => ran(location.pathname + " " + what)};
document.addEventListener("securitypolicyviolation", e => stopped(location.pathname + " " + e.violatedDirective + " " + e.blockedURI + " " + e.sourceFile + ":" + e.lineNumber));`

// Browse opens a browser inside the desk. The test is skipped where there is no
// Chromium.
func (s *Site) Browse(t testing.TB) *Browser {
	t.Helper()
	path := Chromium()
	if path == "" {
		t.Skip("no Chromium here (looked for " + strings.Join(names, ", ") + "): pages are not tried in a browser")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1366, 900))
	alloc, stopAll := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(func() { stop(); stopAll() })
	b := &Browser{t: t, ctx: ctx, site: s, isFont: map[network.RequestID]bool{}}
	if err := chromedp.Listen(ctx, b.listen); err != nil { // it starts the browser
		t.Fatalf("browser: %v", err)
	}
	call(b, network.Enable, network.EnableParams{})
	for _, name := range []string{"ran", "stopped"} {
		call(b, runtime.AddBinding, runtime.AddBindingParams{Name: name})
	}
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: noted})
	b.Open(web.EnterPath + s.Desk.Key(s.Actor))
	return b
}

// patience is how long one step in a browser may take on a busy machine.
const patience = 60 * time.Second

// run takes a step in the page.
func run[T any](b *Browser, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	out, err := chromedp.Run(ctx, a)
	if err != nil {
		b.t.Fatalf("browser: %v", err)
	}
	return out
}

// call gives the browser a command.
func call[P, R any](b *Browser, c cdp.Command[P, R], params P) R {
	b.t.Helper()
	return run(b, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, c, params) })
}

func (b *Browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		// The browser's own widgets have pictures in data addresses; those leave nothing.
		if u := e.Request.URL; !strings.HasPrefix(u, b.site.URL+"/") && u != "about:blank" && !strings.HasPrefix(u, "data:") {
			b.outside = append(b.outside, u)
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeFont {
			b.isFont[e.RequestID] = true
		}
	case *network.EventLoadingFinished:
		b.requests++
		b.bytes += int64(e.EncodedDataLength)
		if b.isFont[e.RequestID] {
			b.fonts += int64(e.EncodedDataLength)
		}
	case *page.EventJavascriptDialogOpening:
		b.ran = append(b.ran, "dialog: "+e.Message)
		go func() { // a listener may give no command
			_, _ = chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) (cdp.Empty, error) {
				return cdp.Call(ctx, t, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
			})
		}()
	case *runtime.EventBindingCalled:
		if e.Name == "ran" {
			b.ran = append(b.ran, e.Payload)
		} else {
			b.stopped = append(b.stopped, e.Payload)
		}
	case *runtime.EventExceptionThrown:
		b.errors = append(b.errors, e.ExceptionDetails.Text+" "+e.ExceptionDetails.URL)
	}
}

// Open goes to a path of the desk, and waits until its page is whole: of those that have
// scripts, until they ran.
func (b *Browser) Open(path string) {
	b.t.Helper()
	run(b, chromedp.Navigate(b.site.URL+path))
	run(b, chromedp.WaitReady(chromedp.CSS("html[data-ready] main, html:not(:has(script)) main")))
}

// Authenticator gives the browser a device that keeps passkeys, whose owner says yes to
// whatever it asks.
func (b *Browser) Authenticator() {
	b.t.Helper()
	call(b, webauthn.Enable, webauthn.EnableParams{})
	call(b, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
}

// Click presses an element; it counts as one press.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	if b.keyed {
		b.t.Fatalf("by keyboard alone nothing can be clicked: %s", selector)
	}
	b.presses++
	run(b, chromedp.WaitVisible(chromedp.CSS(selector)))
	run(b, chromedp.Click(chromedp.CSS(selector)))
}

// Choose gives files to a field, as from a dialog; it counts as one press.
func (b *Browser) Choose(selector string, files ...string) {
	b.t.Helper()
	b.presses++
	run(b, chromedp.SetUploadFiles(chromedp.CSS(selector), files))
}

// named are keys that are no letter: their codes and what they write.
var named = map[string]struct {
	code int64
	text string
}{"Enter": {13, "\r"}, "Escape": {27, ""}, "Tab": {9, ""}, "ArrowDown": {40, ""}, "ArrowUp": {38, ""}}

// Key presses a key; it counts as one press. What it writes is told with the press, so
// that a page that takes the key for itself keeps it from being written.
func (b *Browser) Key(key string) {
	b.t.Helper()
	b.press(input.DispatchKeyEventParams{Key: key, Text: key})
}

// Ctrl presses a key together with Ctrl; it counts as one press.
func (b *Browser) Ctrl(key string) {
	b.t.Helper()
	b.press(input.DispatchKeyEventParams{Key: key, Modifiers: 2})
}

func (b *Browser) press(down input.DispatchKeyEventParams) {
	b.t.Helper()
	b.presses++
	key := down.Key
	down.Type = input.DispatchKeyEventTypeKeyDown
	if k, ok := named[key]; ok {
		down.WindowsVirtualKeyCode, down.Code, down.Text = k.code, key, k.text
	}
	call(b, input.DispatchKeyEvent, down)
	up := down
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	call(b, input.DispatchKeyEvent, up)
}

// Type types text where the focus is.
func (b *Browser) Type(text string) {
	b.t.Helper()
	run(b, chromedp.KeyEvent(text))
}

// Presses is how often a pointer or a committing key was pressed.
func (b *Browser) Presses() int { return b.presses }

// Wait waits until an element is there and is seen.
func (b *Browser) Wait(selector string) {
	b.t.Helper()
	b.Until(fmt.Sprintf("document.querySelector(%q)?.checkVisibility()", selector))
}

// Eval gives the value of an expression in the page.
func Eval[T any](b *Browser, expression string) T {
	b.t.Helper()
	return run(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Until waits until an expression in the page is true, whichever page that is by then.
func (b *Browser) Until(expression string) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		// Asked while one page makes way for another, there is no answer.
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+expression+")")); err == nil && ok {
			return
		}
	}
	b.t.Fatalf("at %s it never came to %s", b.Path(), expression)
}

// At waits until the browser is at a path, and its page is whole.
func (b *Browser) At(path string) {
	b.t.Helper()
	b.Until(fmt.Sprintf(`document.documentElement?.hasAttribute("data-ready") && location.pathname + location.search == %q`, path))
}

// Path is where the browser is, without the host.
func (b *Browser) Path() string {
	b.t.Helper()
	return strings.TrimPrefix(run(b, chromedp.Location()), b.site.URL)
}

// A View is how pages are looked at.
type View struct {
	Language string // "en", "ar"
	Theme    string // light, dark
	Width    int64  // CSS pixels
}

func (v View) String() string { return fmt.Sprintf("%s-%s-%d", v.Language, v.Theme, v.Width) }

// Views are all that a screen must hold in: both directions, themes and widths.
func Views() []View {
	var out []View
	for _, l := range []string{"en", "ar"} {
		for _, t := range []string{"light", "dark"} {
			for _, w := range []int64{1366, 390} {
				out = append(out, View{l, t, w})
			}
		}
	}
	return out
}

// paired says whether the view is of the half that has every pair of choices.
func (v View) paired() bool {
	return (v.Language == "ar") != (v.Theme == "dark") == (v.Width == 390)
}

// Look looks at the page in the theme and width of a view.
func (b *Browser) Look(v View) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: v.Width, Height: 900, DeviceScaleFactor: 1})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: v.Theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// Language chooses the language of the session, for pages that are opened from now on.
func (b *Browser) Language(tag string) {
	b.t.Helper()
	b.Open("/session")
	run(b, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => { const r = document.querySelector('input[name=language][value=%q]'); r.checked = true; delete document.documentElement.dataset.ready; r.form.requestSubmit(); })()`, tag)))
	run(b, chromedp.WaitReady(chromedp.CSS(fmt.Sprintf("html[data-ready][lang=%s]", tag))))
}

// Screenshot writes what is seen to a file, if OVERT_SCREENS names a folder.
func (b *Browser) Screenshot(name string) {
	b.t.Helper()
	dir := os.Getenv("OVERT_SCREENS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), run(b, chromedp.FullScreenshot(100)), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// Axe gives what axe-core finds wrong with the page, a line for each.
func (b *Browser) Axe() []string {
	b.t.Helper()
	if !Eval[bool](b, "!!window.axe") {
		run(b, chromedp.Evaluate[chromedp.Void](axe))
	}
	raw := Eval[string](b, `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.any.map(x => x.message).slice(0, 1)).join(" | "))))`)
	var out []string
	if err := json.Unmarshal([]byte(raw), &out); err != nil {
		b.t.Fatal(err)
	}
	return out
}

// Sideways says by how many pixels the page is wider than it is looked at.
func (b *Browser) Sideways() int {
	b.t.Helper()
	return Eval[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth")
}

// Wrong lists what must not have happened since the browser was opened: requests that
// left, scripts that ran, errors, and what the policy of content had to stop.
func (b *Browser) Wrong() []string {
	b.t.Helper()
	Eval[bool](b, "true") // what happened before it is told by then
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for what, list := range map[string][]string{"asked outside": b.outside, "script ran": b.ran, "error": b.errors, "stopped by policy": b.stopped} {
		for _, x := range list {
			out = append(out, what+": "+x)
		}
	}
	return out
}

// Looked are the paths that Screens was given since the tests began.
var Looked []string

// Screens looks at pages in every view, with axe, and fails the test where one is
// wrong; paths by name. It takes a picture of each. Short tests look at half of the
// views, in which every two of direction, theme and width meet.
func (b *Browser) Screens(paths map[string]string) {
	b.t.Helper()
	for name, path := range paths {
		if _, err := url.ParseRequestURI(path); err != nil {
			b.t.Fatalf("%s: %v", name, err)
		}
		Looked = append(Looked, path)
	}
	for _, language := range []string{"en", "ar"} {
		b.Language(language)
		for name, path := range paths {
			b.Open(path)
			for _, v := range Views() {
				if v.Language == language && (!testing.Short() || v.paired()) {
					b.screen(name, v)
				}
			}
			for _, line := range b.Wrong() {
				b.t.Errorf("%s %s: %s", name, language, line)
			}
		}
	}
}

// screen looks at the page that is open.
func (b *Browser) screen(name string, v View) {
	b.t.Helper()
	b.Look(v)
	for _, line := range b.Axe() {
		b.t.Errorf("%s %s: %s", name, v, line)
	}
	if n := b.Sideways(); n > 0 {
		b.t.Errorf("%s %s: the page is %d pixels too wide", name, v, n)
	}
	b.Screenshot(name + "-" + v.String())
}

// Fresh forgets what was loaded before, as a first visit.
func (b *Browser) Fresh() {
	b.t.Helper()
	call(b, network.ClearBrowserCache, cdp.Empty{})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes, b.fonts, b.requests, b.isFont = 0, 0, 0, map[network.RequestID]bool{}
}

// Loaded is how many bytes came over the line since Fresh, how many of them are fonts,
// and how many requests were answered.
func (b *Browser) Loaded() (all, fonts int64, requests int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes, b.fonts, b.requests
}
