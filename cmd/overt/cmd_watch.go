package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/watch"
)

func (a *app) watchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Have a question asked again whenever something comes in",
		Long: `A watch is a search, an entity, lists beside your own names, or a trace. Whenever an
import, a withdrawal, an undoing or a judgement changed what you see, it is asked again,
as you, for the purpose and in the case in which you set it; what came, changed or went
is told once. What is there when you set it is no news.

It tells nothing but here and on the desk. It is silent, and says why, when its case is
closed or you may not enter for its purpose any more.`,
		Example: `  overt watch add search 'ferry (contract OR invoice)'
  overt watch add entity "Northmoor Trading"
  overt watch add list --against us-ofac-sdn,eu-journal --of customers
  overt watch add trace ICE "Amazon Web Services" --via money
  overt watch list`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.watchAddCommand(), a.watchListCommand(), a.watchRunCommand(), a.watchShowCommand(), a.watchDoneCommand(), a.watchRemoveCommand())
	return cmd
}

func (a *app) watchAddCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "add",
		Short:   "Set a watch",
		Example: "  overt watch add search 'ferry -late' --in passage",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	q := watch.Question{}
	one := func(kind watch.Kind, use, short, example string, args cobra.PositionalArgs, take func([]string)) *cobra.Command {
		c := &cobra.Command{
			Use: use, Short: short, Example: example, Args: args,
			RunE: func(cmd *cobra.Command, args []string) error {
				q.Kind = kind
				take(args)
				return pointAt(q.Words, a.addWatch(cmd.Context(), q))
			},
		}
		cmd.AddCommand(c)
		return c
	}
	joined := func(args []string) { q.Words = strings.Join(args, " ") }
	c := one(watch.Search, "search QUERY…", "Watch what a search finds", "  overt watch add search 'ferry money' --wide", cobra.MinimumNArgs(1), joined)
	c.Flags().StringVar(&q.In, "in", "", "only in `passage` or entity")
	c.Flags().BoolVar(&q.Wide, "wide", false, "other endings, spellings and scripts too")
	one(watch.Entity, "entity WORDS…", "Watch what is said of an entity", "  overt watch add entity \"Northmoor Trading\"", cobra.MinimumNArgs(1), joined)
	c = one(watch.List, "list [NAME…]", "Watch whom of some lists your own names may be", "  overt watch add list \"Ada Example\" --against us-ofac-sdn\n  overt watch add list --of customers --against us-ofac-sdn,eu-journal", nil, func(args []string) { q.Names = args })
	c.Flags().StringSliceVar(&q.Against, "against", nil, "the `datasets` that are lists")
	c.Flags().StringVar(&q.Of, "of", "", "the `dataset` of your own names")
	c = one(watch.Trace, "trace FROM TO", "Watch how two are linked", "  overt watch add trace ICE \"Amazon Web Services\" --via money", cobra.ExactArgs(2), func(args []string) { q.Words, q.To = args[0], args[1] })
	c.Flags().StringVar(&q.Via, "via", "", "which `links`, as for overt trace")
	return cmd
}

func (a *app) addWatch(ctx context.Context, q watch.Question) error {
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	w, err := answer.AddWatch(ctx, pass, q, a.clock())
	if err != nil {
		return err
	}
	return a.print(w, func(p *page) {
		p.line("%s  %s", p.bold(w.ID), p.dim(fmt.Sprintf("%s now; what comes or changes from here on is told: overt watch list", plural(w.Items, "thing", "things"))))
	})
}

// mine asks something of the visit's own watches, after they were asked again.
func mine[T any](ctx context.Context, a *app, act gate.Act, read func(context.Context, *gate.Desk) (T, error)) (T, error) {
	var zero T
	h, pass, err := a.enter(ctx)
	if err != nil {
		return zero, err
	}
	defer h.close(a)
	if _, err := answer.RunMine(ctx, pass, a.clock()); err != nil {
		return zero, err
	}
	return gate.Ask(ctx, pass, act, true, read)
}

func (a *app) watchListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List your watches, and how much is new in each",
		Example: "  overt watch list --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := mine(cmd.Context(), a, gate.Act{Action: "watch.list"}, answer.ListWatches)
			if err != nil {
				return err
			}
			return a.print(list, func(p *page) {
				for i := range list.Watches {
					watchLine(p, &list.Watches[i])
				}
				if len(list.Watches) == 0 {
					p.line("nothing is watched; see overt watch add --help")
				}
			})
		},
	}
}

func watchLine(p *page, l *answer.WatchLine) {
	news := "nothing new"
	if l.New > 0 {
		news = p.bold(count(int64(l.New)) + " new")
	}
	if l.Elsewhere {
		where := "for " + string(l.Purpose)
		if l.Case != "" {
			where += ", in case " + l.Case
		}
		news, l.Title = p.dim("set "+where), "–"
	}
	p.line("%s  %-6s  %s  %s  %s", p.bold(l.ID), l.Kind, p.safe(short(oneLine(l.Title), 60)), news, p.dim(ftm.CutDay(l.Made)))
	if l.Silent != "" {
		p.warning("silent: "+l.Silent, "")
	}
}

func (a *app) watchRunCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "run",
		Short:   "Ask your watches of this purpose and case again now",
		Long:    "Asks your watches of this purpose and case again, if what you see is not what it was.\nThis happens by itself after whatever changes something.",
		Example: "  overt watch run",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, pass, err := a.enter(cmd.Context())
			if err != nil {
				return err
			}
			defer h.close(a)
			ran, err := answer.RunMine(cmd.Context(), pass, a.clock())
			if err != nil {
				return err
			}
			return a.print(ran, func(p *page) {
				p.line("%s asked again, %d as they were, %d silent: %d new", plural(ran.Asked, "watch", "watches"), ran.Same, ran.Silent, ran.News)
			})
		},
	}
}

// newsShown is how many pieces of news a page has.
const newsShown = 50

func (a *app) watchShowCommand() *cobra.Command {
	var before int64
	cmd := &cobra.Command{
		Use:     "show ID",
		Short:   "Show what a watch told, the newest first",
		Example: "  overt watch show w4k7q2m9xd",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := mine(cmd.Context(), a, gate.Act{Action: "watch.read", Object: short(args[0], 40)}, func(ctx context.Context, d *gate.Desk) (*answer.Watched, error) {
				return answer.ReadWatch(ctx, d, args[0], before, newsShown)
			})
			if err != nil {
				return err
			}
			return a.print(w, func(p *page) { watchPage(p, w) })
		},
	}
	cmd.Flags().Int64Var(&before, "before", 0, "the `NUMBER` that the page before ended with")
	return cmd
}

func watchPage(p *page, w *answer.Watched) {
	watchLine(p, &w.WatchLine)
	for i := range w.News {
		n := &w.News[i]
		it := n.Item()
		words := map[string]string{watch.New: "new", watch.Changed: "changed", watch.Gone: "gone"}[n.Change]
		number := fmt.Sprint(n.Number)
		if n.Number > w.Seen {
			number = p.bold(number + " *")
		}
		p.line("  %s  %s  %s  %s", number, words, p.safe(oneLine(it.Label)), p.dim(ftm.CutDay(n.At)+" · "+string(it.Open)))
		for _, side := range []struct {
			sign string
			item *watch.Item
		}{{"-", n.Before}, {"+", n.After}} {
			if side.item != nil {
				itemLines(p, side.sign, side.item)
			}
		}
	}
	if len(w.News) == 0 {
		p.line("  it told nothing yet")
	}
	if w.Hidden > 0 {
		p.line("  %s", p.dim(plural(w.Hidden, "piece of news", "pieces of news")+" of what you may not see any more"))
	}
	if w.Next > 0 {
		p.line("%s", p.dim(fmt.Sprintf("more: --before %d", w.Next)))
	}
}

func itemLines(p *page, sign string, it *watch.Item) {
	text := it.Text
	if amount, currency, ok := it.Sum(); ok {
		text = grouped(amount) + " " + currency
	}
	p.line("      %s %s", sign, p.safe(short(oneLine(text), 200)))
	if it.Doubt != "" {
		p.warning(it.Doubt, "")
	}
	for _, c := range it.Citations {
		p.line("          %s", p.dim(c.String()))
	}
	if it.Cite != "" {
		p.line("          %s", p.dim(it.Cite))
	}
}

func (a *app) watchDoneCommand() *cobra.Command {
	return a.watchChange("done ID", "Say that you have seen what a watch told", func(ctx context.Context, p *gate.Pass, id string) error {
		return answer.SeeWatch(ctx, p, id, 1<<62)
	}, "what it told is seen")
}

func (a *app) watchRemoveCommand() *cobra.Command {
	return a.watchChange("remove ID", "Take a watch out, with all it told", answer.RemoveWatch, "it is removed")
}

func (a *app) watchChange(use, text string, do func(context.Context, *gate.Pass, string) error, done string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: text, Example: "  overt watch " + strings.Replace(use, "ID", "w4k7q2m9xd", 1), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, pass, err := a.enter(cmd.Context())
			if err != nil {
				return err
			}
			defer h.close(a)
			if err := do(cmd.Context(), pass, args[0]); err != nil {
				return err
			}
			return a.print(map[string]string{"watch": args[0], "done": done}, func(p *page) { p.line("%s  %s", p.bold(args[0]), done) })
		},
	}
}

// lookAgain has everybody's watches asked again, if something changed since it was done
// last. Whoever changed it learns nothing of them.
func (h *home) lookAgain(ctx context.Context, a *app) error {
	epoch := h.store.Epoch()
	if epoch == h.looked && !h.noted || ctx.Err() != nil {
		return nil
	}
	visits, err := h.watches.Visits(ctx)
	if err != nil {
		return err
	}
	if len(visits) > 0 {
		if _, err := answer.RunWatches(ctx, h.gate, visits, a.clock()); err != nil {
			return err
		}
	}
	h.looked, h.noted = epoch, false
	return nil
}

// lookEvery is how often a service looks whether something changed.
const lookEvery = 3 * time.Second

// keepLooking has watches asked again while a service runs: when it begins, and when
// what came in has come to rest. The end of ctx ends it; stop waits for that.
func (h *home) keepLooking(ctx context.Context, a *app) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		h.noted = true
		for at := h.store.Epoch(); ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			now := h.store.Epoch()
			rests := now == at
			if at = now; !rests {
				continue
			}
			if err := h.lookAgain(ctx, a); err != nil && ctx.Err() == nil {
				a.report(overt.Errorf(overt.CodeOf(err), "watch", "what is watched could not be looked at again: %w", err))
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}
