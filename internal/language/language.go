// Package language tells the language of a passage, and which words say
// nothing by themselves.
package language
