// Package searchtest is the suite of search.Index: what the language finds, what
// an index promises, and an oracle that compares it with the plainest one over
// only what a reader may see. Nothing but tests may import it.
package searchtest
