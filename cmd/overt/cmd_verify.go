package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/report"
)

// An openedSource is an original that was compared with a bundle.
type openedSource struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Source string `json:"source,omitempty"` // what the bundle calls it, "" when it has no such source
	// Found are the passages whose words stand in its bytes as they are quoted; Places
	// those that are to be opened by hand, with their places.
	Found  []string `json:"found"`
	Places []string `json:"places"`
}

// A verified is what `verify` answers.
type verified struct {
	*report.Verdict
	Sources []openedSource `json:"sources"`
}

func (a *app) verifyCommand() *cobra.Command {
	var expect report.Expect
	var sources []string
	cmd := &cobra.Command{
		Use:   "verify BUNDLE",
		Short: "Prove a published bundle, offline, and say which file fails",
		Long: `Checks a folder or archive that overt report bundle wrote, on any machine and without a
home: the signature, every file against the manifest, quotes against their passages,
sums against their rows, and that the audit log of the home that made it has the
approval and the publication of just this edition. Without --key it proves that the
bundle is whole and of one hand; with the key that its publisher made known, whose.

--source FILE gives an original that you have: its hash is looked for among the sources,
and the quotes in its bytes. Exit code 1 says that something fails.`,
		Example: `  overt verify hosting.zip --key overt/3f2a91c04be7/publication+1a2b3c4d+AR…
  overt verify hosting --source contracts.csv`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := verifyBundle(cmd.Context(), args[0], expect)
			if err != nil {
				return err
			}
			out := &verified{v, []openedSource{}}
			for _, name := range sources {
				s, err := openSource(name, v)
				if err != nil {
					return err
				}
				out.Sources = append(out.Sources, *s)
			}
			if err := a.print(out, func(p *page) { verdictPage(p, out) }); err != nil {
				return err
			}
			if n := len(v.Problems); n > 0 {
				return overt.Errorf(overt.Invalid, args[0], "the bundle does not hold: problems in it (%d)", n)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&expect.Key, "key", "", "the `KEY` that its publisher made known")
	cmd.Flags().StringVar(&expect.LogKey, "log-key", "", "the `KEY` of the audit log, likewise")
	cmd.Flags().StringArrayVar(&sources, "source", nil, "an original `FILE` to look for its quotes in")
	return cmd
}

// verifyBundle opens a folder or an archive.
func verifyBundle(ctx context.Context, name string, expect report.Expect) (*report.Verdict, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, overt.Errorf(overt.NotFound, name, "%w", err)
	}
	if info.IsDir() {
		return report.Verify(ctx, os.DirFS(name), expect)
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, name, "it is neither a folder nor an archive: %w", err)
	}
	defer func() { _ = z.Close() }()
	seen := map[string]bool{}
	for _, f := range z.File {
		if seen[f.Name] || !fs.ValidPath(strings.TrimSuffix(f.Name, "/")) {
			return nil, overt.Errorf(overt.Invalid, name, "the archive has the name %q twice, or it is none of a file", f.Name)
		}
		seen[f.Name] = true
	}
	return report.Verify(ctx, z, expect)
}

// maxOriginal bounds an original that quotes are looked for in.
const maxOriginal = 1 << 30

func openSource(name string, v *report.Verdict) (*openedSource, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, overt.Errorf(overt.NotFound, name, "%w", err)
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, maxOriginal+1))
	if err != nil || len(raw) > maxOriginal {
		return nil, overt.Errorf(overt.Unavailable, name, "it cannot be read, or is larger than %d bytes", maxOriginal)
	}
	sum := sha256.Sum256(raw)
	out := &openedSource{File: name, SHA256: hex.EncodeToString(sum[:]), Found: []string{}, Places: []string{}}
	if v.Edition == nil {
		return out, nil
	}
	for _, s := range v.Edition.Sources {
		if string(s.Blob) == out.SHA256 {
			out.Source = s.Name
		}
	}
	if out.Source == "" {
		v.Problems = append(v.Problems, report.Problem{File: name, Text: "the bundle rests on no source with this SHA-256"})
		return out, nil
	}
	for _, p := range v.Edition.Passages {
		switch {
		case string(p.Blob) != out.SHA256:
		case p.Quote != "" && bytes.Contains(raw, []byte(p.Quote)):
			out.Found = append(out.Found, p.Item)
		default:
			out.Places = append(out.Places, p.Item+": "+p.Words)
		}
	}
	return out, nil
}

func verdictPage(p *page, v *verified) {
	if v.Edition != nil {
		p.line("%s  %s", p.bold(v.Title), p.dim(fmt.Sprintf("version %d, published %s by %s, approved by %s, written by %s", v.Version, v.Published, v.PublishedBy, v.ApprovedBy, v.Author)))
		views := ""
		if v.Views > 0 {
			views = fmt.Sprintf(" · views %d", v.Views)
		}
		p.line("  claims %d · passages %d%s · sums %d · files %d", v.Claims, v.Passages, views, v.Sums, v.Files)
	}
	known := "not compared: name it with --key"
	if v.KeyKnown {
		known = "the one that was named"
	}
	p.line("  key %s  %s", p.safe(v.Key), p.dim(known))
	for _, s := range v.Sources {
		if s.Source == "" {
			continue
		}
		p.line("  %s is %s: quotes found in it %d, to be opened by hand %d", p.safe(s.File), p.safe(s.Source), len(s.Found), len(s.Places))
		for _, at := range s.Places {
			p.line("    %s", p.safe(at))
		}
	}
	for _, x := range v.Problems {
		p.line("  %s", p.warn("! "+x.File+": "+x.Text))
	}
	if len(v.Problems) == 0 {
		p.line("  it holds")
	}
}
