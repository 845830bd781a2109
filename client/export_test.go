package client

// AskFor has lists asked for so many things at once.
func AskFor(n int) { part = n }
