package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// A browser is a headless Chromium inside the desk.
type browser struct {
	ctx      context.Context
	close    func()
	desk     string // its address
	names    map[string]string
	language string
}

// open starts Chromium and opens a session.
func open(ctx context.Context, address string, names map[string]string) (*browser, error) {
	path := ""
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(n); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		return nil, errors.New("no Chromium here")
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("hide-scrollbars", true))
	alloc, stopAll := chromedp.NewExecAllocator(ctx, opts...)
	tab, stop := chromedp.NewContext(alloc)
	b := &browser{ctx: tab, close: func() { stop(); stopAll() }, desk: u.Scheme + "://" + u.Host, names: names, language: english}
	if _, err := chromedp.Run(tab, chromedp.Navigate("about:blank")); err != nil { // it starts the browser, for as long as tab lasts
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	if err := b.authenticator(); err != nil {
		return nil, err
	}
	if err := b.go_(strings.TrimPrefix(address, b.desk)); err != nil {
		return nil, err
	}
	if err := b.go_(fill("/c/{case}/board", names)); err != nil {
		return nil, err
	}
	return b, b.press("/cases", "form[action$='/enter'] button") // the case that is worked in
}

// authenticator gives the browser a device that keeps passkeys and says yes.
func (b *browser) authenticator() error {
	_, err := do(b, func(ctx context.Context, t *chromedp.Target) (cdp.Empty, error) {
		_, on := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{})
		_, there := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		return cdp.Empty{}, errors.Join(on, there)
	})
	return err
}

// do takes a step in the page.
func do[T any](b *browser, a chromedp.Action[T]) (T, error) {
	ctx, stop := context.WithTimeout(b.ctx, time.Minute)
	defer stop()
	return chromedp.Run(ctx, a)
}

// go_ goes to a path of the desk and waits until its page is whole.
func (b *browser) go_(path string) error {
	to := b.desk + path
	if at, ok := strings.CutPrefix(path, "//localhost"); ok { // where nobody came in yet
		u, err := url.Parse(b.desk)
		if err != nil {
			return err
		}
		to = "http://localhost:" + u.Port() + at
	}
	if _, err := do(b, chromedp.Navigate(to)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return b.until(path, `(!document.scripts.length || document.documentElement.hasAttribute("data-ready")) && document.readyState == "complete" && document.fonts.status == "loaded"`)
}

// until waits until an expression is true of the page.
func (b *browser) until(where, expression string) error {
	for range 200 {
		if ok, err := do(b, chromedp.Evaluate[bool]("!!("+expression+")")); err == nil && ok {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%s: it never came to %s", where, expression)
}

// speak chooses the language of the session.
func (b *browser) speak(language string) error {
	if b.language == language {
		return nil
	}
	b.language = language
	if err := b.go_("/session"); err != nil {
		return err
	}
	_, err := do(b, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => { const r = document.querySelector('input[name=language][value=%q]'); r.checked = true; r.form.requestSubmit(); })()`, language)))
	if err != nil {
		return err
	}
	return b.until("/session", fmt.Sprintf("document.documentElement.lang == %q", language))
}

// path is the address of a screen: names in it become ids.
func (b *browser) path(at string) (string, error) {
	for _, m := range named.FindAllStringSubmatch(at, -1) {
		words, ok := strings.CutPrefix(m[1], "e:")
		if !ok || b.names[m[1]] != "" {
			continue
		}
		to, err := do(b, chromedp.Evaluate[string](fmt.Sprintf("fetch(%q).then(r => r.url)", "/find?name="+url.QueryEscape(words)), chromedp.EvalAwaitPromise))
		if err != nil {
			return "", err
		}
		id, found := strings.CutPrefix(strings.TrimSuffix(to, "/facts"), b.desk+"/e/")
		if !found {
			return "", fmt.Errorf("%q is nobody here", words)
		}
		b.names[m[1]] = id
	}
	return fill(at, b.names), nil
}

// most is how many bytes a picture may have; colours are taken away until it has no more.
const most = 120_000

// take takes the pictures whose names begin so.
func (b *browser) take(only, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, s := range screens {
		if !strings.HasPrefix(s.name, only) {
			continue
		}
		raw, err := b.shot(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		small := raw
		for n := 128; n >= 32 && (n == 128 || len(small) > most); n /= 2 {
			if small, err = reduced(raw, n); err != nil {
				return err
			}
		}
		if err := os.WriteFile(filepath.Join(dir, s.name+".png"), small, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// press presses what a selector names, or with "SELECTOR < FILE" gives it a file, and
// waits until what comes of it is there; a time is waited.
func (b *browser) press(at, selector string) error {
	if wait, err := time.ParseDuration(selector); err == nil {
		time.Sleep(wait)
		return nil
	}
	script := fmt.Sprintf("document.querySelector(%q).click()", selector)
	if field, file, ok := strings.Cut(selector, " < "); ok {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		script = fmt.Sprintf("{ const t = new DataTransfer(); t.items.add(new File([%q], %q)); document.querySelector(%q).files = t.files }", text, filepath.Base(file), field)
	}
	if _, err := do(b, chromedp.Evaluate[chromedp.Void](script)); err != nil {
		return fmt.Errorf("press %s: %w", selector, err)
	}
	time.Sleep(time.Second) // what is pressed leads to a page, or to what stands beside
	return b.until(at, `document.readyState == "complete" && !document.querySelector(".htmx-request")`)
}

func (b *browser) shot(s screen) ([]byte, error) {
	if err := b.speak(s.language); err != nil {
		return nil, err
	}
	at, err := b.path(s.at)
	if err != nil {
		return nil, err
	}
	_, err = do(b, func(ctx context.Context, t *chromedp.Target) (cdp.Empty, error) {
		_, sized := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(s.width), Height: int64(s.height), DeviceScaleFactor: 1})
		_, themed := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: s.theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return cdp.Empty{}, errors.Join(sized, themed)
	})
	if err != nil {
		return nil, err
	}
	if err := b.go_(at); err != nil {
		return nil, err
	}
	for _, p := range s.press {
		if err := b.press(at, fill(p, b.names)); err != nil {
			return nil, err
		}
	}
	if _, err := do(b, chromedp.Evaluate[chromedp.Void](`document.activeElement?.blur(); Promise.all([...document.images].map(i => i.decode().catch(() => 0)))`, chromedp.EvalAwaitPromise)); err != nil {
		return nil, err
	}
	return do(b, chromedp.CaptureScreenshot())
}
