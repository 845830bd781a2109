// Package report is what is published of a case: a text whose sentences cite claims,
// the check list of what speaks against publishing it, and the bundle that proves
// offline what it rests on.
//
// A text is written in a few marks (Parse). What would be published is an Edition: the
// text with its claims, passages, sources and sums, frozen. A bundle is the files of an
// edition with proofs and a signature; Verify reads one and needs nothing else. The
// bytes are drawn in docs/format/bundle.md.
package report
