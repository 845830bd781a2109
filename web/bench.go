package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"overt"
	"overt/gate"
	"overt/pipeline"
	"overt/resolve/evaluate"
	"overt/ui"
	"overt/ui/svg"
)

// A benchPage is what the page of how well entities are resolved draws.
type benchPage struct {
	*pipeline.Quality
	kept []evaluate.Kept
}

// bench shows how well entities are resolved now.
func (s *Service) bench(v *visit) (response, error) {
	p, err := s.benched(v, "bench.read")
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Bench"), Main: benchScreen(p), Wide: true})
}

func (s *Service) benched(v *visit, action string) (benchPage, error) {
	p := benchPage{}
	var err error
	p.Quality, err = reviewing(s, v, gate.Act{Action: action, Query: clipQuery(v.URL.Query())}, false, func(ctx context.Context, d *gate.Desk, q *pipeline.Queues) (*pipeline.Quality, error) {
		return q.Quality(ctx, d)
	})
	if err == nil && s.cfg.Evaluations != nil {
		p.kept, err = s.cfg.Evaluations()
	}
	return p, err
}

// saveBench gives one table as a file. It is recorded as an export.
func (s *Service) saveBench(v *visit) (response, error) {
	name := v.URL.Query().Get("table")
	if !slices.Contains([]string{"thresholds", "groups", "calibration", "evaluations", "published"}, name) {
		return response{}, overt.Errorf(overt.NotFound, "", "there is no such table")
	}
	p, err := s.benched(v, "export")
	if err != nil {
		return response{}, err
	}
	ctx := ui.With(v.Context(), s.frame(v))
	table := map[string]func(context.Context) sheet{"thresholds": p.effects, "groups": p.groups, "calibration": p.calibration, "evaluations": p.evaluations, "published": publicSets}[name]
	return s.save(v, table(ctx), "bench-"+name)
}

// ranged is an interval of a share.
func ranged(ctx context.Context, r [2]float64) entry {
	return said(ui.T(ctx, "%s to %s", percent(r[0]), percent(r[1])))
}

// effects tells what other thresholds would do.
func (p benchPage) effects(ctx context.Context) sheet {
	t := sheet{caption: ui.T(ctx, "Joining from another likelihood on"), columns: columns(ctx, "#Likelihood", "#Wrong of the joined", "#Missed of the right", "#Left to people, pairs")}
	for _, e := range p.Effects {
		at := likelihood(e.From)
		if e.From == pipeline.SureMerge {
			at += " " + ui.T(ctx, "(now)")
		}
		t.rows = append(t.rows, []entry{{text: at, saved: likelihood(e.From)}, ranged(ctx, e.Wrong), ranged(ctx, e.Missed), count(int(e.Review + .5))})
	}
	return t
}

// groups tells how each part of the pairs fared.
func (p benchPage) groups(ctx context.Context) sheet {
	t := sheet{caption: ui.T(ctx, "By script, kind and sources, random pairs alone"), columns: columns(ctx, "By", "Of", "#Random pairs", "#Joined and two", "#Right of the joined", "#Open and one", "#Joined of the right")}
	for _, g := range p.Parts {
		of := g.Of
		if g.By == "schema" {
			of = schemaLabel(of)
		}
		t.rows = append(t.rows, []entry{
			said(ui.T(ctx, g.By)), said(of), count(g.Samples), said(ui.T(ctx, "%s of %s", ui.Number(g.Joined.No), ui.Number(g.Joined.Yes+g.Joined.No))), ranged(ctx, g.Precision),
			said(ui.T(ctx, "%s of %s", ui.Number(g.Open.Yes), ui.Number(g.Open.Yes+g.Open.No))), ranged(ctx, g.Recall),
		})
	}
	return t
}

// calibration tells how often what was said was so.
func (p benchPage) calibration(ctx context.Context) sheet {
	t := sheet{caption: ui.T(ctx, "How likely it was said, and how often it was so"), columns: columns(ctx, "#Said", "#Was", "#Interval", "#How many")}
	for _, b := range p.Bins {
		t.rows = append(t.rows, []entry{said(percent(b.Said)), said(percent(b.Was)), ranged(ctx, b.In), count(b.N)})
	}
	return t
}

func (p benchPage) calibrationPicture(ctx context.Context) templ.Component {
	title := ui.T(ctx, "How likely it was said, and how often it was so")
	k := svg.Calibration{Frame: pictureFrame(ctx, "calibration", title)}
	for _, b := range p.Bins {
		k.Points = append(k.Points, svg.Said{Said: b.Said, Was: b.Was, Low: b.In[0], High: b.In[1], N: b.N})
	}
	return drawn(k, title)
}

// figure writes a share of an evaluation.
func figure(p float64) entry { return entry{text: percent(p), saved: likelihood(p)} }

// evaluations are results that the home's owner keeps.
func (p benchPage) evaluations(ctx context.Context) sheet {
	t := sheet{caption: ui.T(ctx, "Evaluations that are kept here"), columns: columns(ctx, "File", "Set", "#Records", "#True pairs", "#Precision", "#Recall", "#F1", "Remarks")}
	for _, k := range p.kept {
		if k.Why != "" {
			t.rows = append(t.rows, []entry{said(k.File), said(""), said(""), said(""), said(""), said(""), said(""), said(k.Why)})
		}
		for _, r := range k.Sets {
			if rates := cmp.Or(r.Pairwise, r.Decision); rates != nil {
				t.rows = append(t.rows, []entry{said(k.File), said(r.Name), count(r.Records), count(r.Truth), figure(rates.Precision), figure(rates.Recall), figure(rates.F1), said("")})
			}
		}
	}
	return t
}

// publicSets are our figures on public sets.
func publicSets(ctx context.Context) sheet {
	t := sheet{caption: ui.T(ctx, "On published test sets"), columns: columns(ctx, "Set", "#Records", "#True pairs", "#Precision", "#Recall", "#F1")}
	for _, r := range evaluate.OnPublicSets() {
		of := entry{text: ui.Number(r.Records), saved: numeral(r.Records)}
		truth := entry{text: ui.Number(r.Truth), saved: numeral(r.Truth)}
		if r.Pairs > 0 {
			truth = entry{}
			of = entry{text: ui.N(ctx, "%s pair", "%s pairs", r.Pairs), saved: numeral(r.Pairs)}
		}
		t.rows = append(t.rows, []entry{said(r.Set), of, truth, figure(r.Precision), figure(r.Recall), figure(r.F1)})
	}
	return t
}

// curveFrom is from how many labels on a curve is fitted.
const curveFrom = evaluate.FitFrom

// kappa writes an agreement beyond chance.
func kappa(k float64) string { return strconv.FormatFloat(k, 'f', 2, 64) }
