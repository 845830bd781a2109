package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/statement"
	"overt/ui"
)

// recordsShown is how many records of the log a page has.
const recordsShown = 50

// auditFields are the fields of the filter: their names in addresses and on the page.
var auditFields = []struct{ name, label, hint string }{
	{"who", "Who", "local:ada"}, {"did", "Did", "page.read"}, {"about", "About", ""}, {"case", "Case", ""}, {"since", "From", "2026-03-01"}, {"until", "To", "2026-03-31"},
}

// An auditQuestion is what the address of the log says.
type auditQuestion struct {
	gate.AuditQuery
	at map[string]string // by the names of the address
}

// readersPath is the log narrowed to what was asked of a document: by its id, and by
// the hash of its bytes, which begins alike.
func readersPath(id ftm.EntityID) string {
	return address("/audit", "about", strings.TrimPrefix(string(id), "doc-"))
}

func readAudit(v *visit) (auditQuestion, error) {
	form := v.URL.Query()
	q := auditQuestion{at: map[string]string{}}
	for _, name := range []string{"who", "did", "about", "purpose", "case", "since", "until", "refused", "before"} {
		q.at[name] = strings.TrimSpace(form.Get(name))
	}
	for _, name := range []string{"since", "until"} {
		if day := q.at[name]; day != "" && (len(day) != len("2006-01-02") || statement.DayOf(day) == statement.NoDay) {
			return q, overt.Errorf(overt.Invalid, name, "%q is not a day; write 2019-03-31", clip(day))
		}
	}
	q.AuditQuery = gate.AuditQuery{
		Actor: q.at["who"], Action: q.at["did"], About: q.at["about"], Purpose: q.at["purpose"], Case: q.at["case"],
		Since: q.at["since"], Until: q.at["until"], Refused: q.at["refused"] != "", Limit: recordsShown,
	}
	if before := q.at["before"]; before != "" {
		n, err := strconv.ParseInt(before, 10, 64)
		if err != nil || n <= 0 {
			return q, overt.Errorf(overt.Invalid, "before", "it is no number of a record")
		}
		q.Before = n
	}
	return q, nil
}

// path is the same question, going on before some record; 0 begins with the newest.
func (q *auditQuestion) path(before int64) string {
	pairs := []string{}
	for name, value := range q.at {
		if name != "before" {
			pairs = append(pairs, name, value)
		}
	}
	if before > 0 {
		pairs = append(pairs, "before", strconv.FormatInt(before, 10))
	}
	return address("/audit", pairs...)
}

// sentence says in words what the filter takes.
func (q *auditQuestion) sentence(say func(english string, values ...any) string) string {
	parts := []string{say("Records of all that was asked")}
	if q.Refused {
		parts[0] = say("Records of what was refused")
	}
	for _, f := range []struct{ words, value string }{
		{"by %s", q.Actor}, {"that did %s", q.Action}, {"about %s", q.About}, {"for %s", q.Purpose}, {"in case %s", q.Case}, {"from %s on", q.Since}, {"up to %s", q.Until},
	} {
		if f.value != "" {
			parts = append(parts, say(f.words, f.value))
		}
	}
	return strings.Join(parts, " ")
}

// governing is the visit of who looks after the home.
func (v *visit) governing() gate.Visit {
	as := v.visit()
	as.Governs = true
	return as
}

// audit shows who asked what and why. Reading it is recorded too.
func (s *Service) audit(v *visit) (response, error) {
	q, err := readAudit(v)
	if err != nil {
		return response{}, err
	}
	a, err := askAs(s, v, v.governing(), gate.Act{Action: "audit.read", Query: q.sentence(fmt.Sprintf)}, false, func(ctx context.Context, d *gate.Desk) (*gate.AuditPage, error) {
		return d.Audit(ctx, q.AuditQuery)
	})
	if err != nil {
		return response{}, err
	}
	p := auditPage{q: q, AuditPage: a, said: q.sentence(v.say)}
	p.purposes = append(p.purposes, ui.Choice{Label: v.say("any"), On: q.Purpose == ""})
	for _, x := range s.cfg.Purposes {
		p.purposes = append(p.purposes, ui.Choice{Value: string(x.ID), Label: string(x.ID), On: string(x.ID) == q.Purpose})
	}
	return show(ui.Page{Title: v.say("Audit"), Main: auditScreen(p)})
}

// auditRecord shows one record, and that it is in the log.
func (s *Service) auditRecord(v *visit) (response, error) {
	seq, err := strconv.ParseInt(v.PathValue("seq"), 10, 64)
	if err != nil {
		return s.nothing(v)
	}
	a, err := askAs(s, v, v.governing(), gate.Act{Action: "audit.prove", Object: "record " + strconv.FormatInt(seq, 10)}, false, func(ctx context.Context, d *gate.Desk) (*gate.AuditProof, error) {
		return d.Prove(ctx, seq)
	})
	if err != nil {
		return response{}, err
	}
	if v.URL.Query().Get("proof") != "" {
		return s.proofFile(v, a)
	}
	return show(ui.Page{Title: v.say("Record %s", ui.Number(seq)) + " · " + v.say("Audit"), Main: recordScreen(a, v.fragment()), Wide: true})
}

// proofFile gives the proof as a file, to be checked elsewhere.
func (s *Service) proofFile(v *visit, a *gate.AuditProof) (response, error) {
	h := v.w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="record-`+strconv.FormatInt(a.Record.Seq, 10)+`.tlog-proof"`)
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write([]byte(a.Proof)) // who asked has gone
	return response{done: true}, nil
}

// auditPage is what the templates of the log draw.
type auditPage struct {
	q auditQuestion
	*gate.AuditPage
	said     string
	purposes []ui.Choice
}

func (p *auditPage) first() string {
	if p.q.Before == 0 {
		return ""
	}
	return p.q.path(0)
}

func (p *auditPage) next() string {
	if p.From == 0 {
		return ""
	}
	return p.q.path(p.From)
}

// table has a row for each record, the newest first.
func (p *auditPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Records"), Headed: true, Columns: columns(ctx, "@Time (UTC)", "Who", "Did", "What", "Why", "#Records", "Outcome", "#Number and proof")}
	for i := range p.Entries {
		r := &p.Entries[i]
		t.Rows = append(t.Rows, []templ.Component{
			ui.Bdi(r.Time.UTC().Format("2006-01-02 15:04:05")), ui.Bdi(r.Actor), ui.Mono(r.Action), recordWhat(r.Object, r.Query), recordWhy(r.Purpose, r.Case),
			ui.Bdi(ui.Number(r.Count)), recordOutcome(r.Decision, r.Reasons, r.Intent), recordLink(r.Seq),
		})
	}
	return t
}

// looked says which records were looked through: a question of what is rare ends
// before the first.
func (p *auditPage) looked(ctx context.Context) string {
	if p.To == p.From {
		return ui.T(ctx, "There is no record before that.")
	}
	return ui.T(ctx, "Records %s to %s of %s were looked through.", ui.Number(p.From), ui.Number(p.To-1), ui.Number(p.Size))
}

// ways lead on from where nothing matches.
func (p *auditPage) ways(ctx context.Context) []ui.Link {
	out := []ui.Link{{Label: ui.T(ctx, "all records"), Href: "/audit"}}
	if to := p.next(); to != "" {
		out = append([]ui.Link{{Label: ui.T(ctx, "look through older ones"), Href: to, Key: "n"}}, out...)
	}
	return out
}
