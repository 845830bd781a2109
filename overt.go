// Package overt holds the nouns that every other package of the platform
// shares: the citation that ties a value to the place it was read, the label
// that policy decides on, and the error type.
//
// Overt turns documents and public records into statements with provenance,
// and follows names, links and money through them. Material goes one way:
//
//	source → extract → mapping → statement → resolve → graph, money → cmd
//
// Nothing here knows how anything is stored, and nothing here does I/O.
package overt
