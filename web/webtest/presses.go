package webtest

import (
	"fmt"
	"testing"
)

// A Task is what people come to the desk for, and the most presses it may take them: of
// a pointer, or of a key that does something. What is typed does not count.
type Task struct {
	Name string
	From string         // the address where it begins
	Goal int            // presses
	Do   func(*Browser) // the shortest way
	// Keys is the way by keyboard alone, Keyed the presses it may take: each Tab, each
	// key and each Enter is one.
	Keys  func(*Browser)
	Keyed int
}

// Presses does tasks, each by the shortest way and by keyboard alone, and fails the test
// where one takes more presses than its goal, or where what has the focus is not seen.
func Presses(t *testing.T, b *Browser, tasks ...Task) {
	t.Helper()
	for _, task := range tasks {
		for _, way := range []struct {
			name  string
			do    func(*Browser)
			goal  int
			keyed bool
		}{{"shortest", task.Do, task.Goal, false}, {"by keyboard", task.Keys, task.Keyed, true}} {
			b.Open(task.From)
			before := b.presses
			b.keyed = way.keyed
			way.do(b)
			b.keyed = false
			if n := b.presses - before; n > way.goal {
				t.Errorf("%s, %s: %d presses, the goal is %d", task.Name, way.name, n, way.goal)
			} else {
				t.Logf("%s, %s: %d of %d presses", task.Name, way.name, n, way.goal)
			}
			for _, line := range b.Wrong() {
				t.Errorf("%s, %s: %s", task.Name, way.name, line)
			}
		}
	}
}

// Drag selects words of an element, as a pointer is drawn over them; it counts as one
// press.
func (b *Browser) Drag(selector, words string) {
	b.t.Helper()
	b.presses++
	b.Until(fmt.Sprintf(`(() => {
		for (const e of document.querySelectorAll(%q)) {
			const i = e.textContent.indexOf(%q);
			if (i < 0) continue;
			const r = document.createRange();
			r.setStart(e.firstChild, i);
			r.setEnd(e.firstChild, i + %d);
			getSelection().removeAllRanges();
			getSelection().addRange(r);
			return true;
		}
	})()`, selector, words, len(words)))
}

// unseen says what is wrong with what has the focus, "" when it is seen: it is marked,
// and the beginning of it is inside the window, under nothing such as the bar that stays
// at the top.
const unseen = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body) return "";
	const r = e.getClientRects()[0], s = getComputedStyle(e);
	if (!e.matches(":focus-visible") || s.outlineStyle === "none" && s.boxShadow === "none") return "is not marked";
	const on = document.elementFromPoint(r.left + Math.min(r.width / 2, 9), r.top + Math.min(r.height / 2, 4));
	return !on ? "is out of sight" : on === e || e.contains(on) || on.contains(e) && !on.matches(".top, .top *") ? "" : "is under " + on.outerHTML.slice(0, 80);
})()`

// Tab presses Tab until what a selector names has the focus; each stop on the way has to
// be seen.
func (b *Browser) Tab(selector string) {
	b.t.Helper()
	for range 120 {
		b.Key("Tab")
		if wrong := Eval[string](b, unseen); wrong != "" {
			b.t.Errorf("%s: the focus, at %s, %s", b.Path(), Eval[string](b, "document.activeElement.outerHTML.slice(0, 120)"), wrong)
		}
		if Eval[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
	}
	b.t.Fatalf("%s: Tab never comes to %s", b.Path(), selector)
}
