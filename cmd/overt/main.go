// Command overt is the whole platform in one binary: it takes public records
// and documents in, keeps who said what and where, and follows names, links
// and money through them.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"overt/extract/document"
	"overt/extract/worker"
	"overt/internal/sandbox"
)

func main() {
	sandbox.Main(worker.Kinds(readers()))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// readers are the readers of documents, by the media type of what they read. They
// run in confined processes alone.
func readers() map[string]document.Reader {
	return map[string]document.Reader{}
}
