// Command overt is the whole platform in one binary: it takes public records
// and documents in, keeps who said what and where, and follows names, links
// and money through them.
package main

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/signal"
	"syscall"

	"overt/extract/document"
	"overt/extract/pdf"
	"overt/extract/readers"
	"overt/extract/records"
	"overt/extract/worker"
	"overt/internal/sandbox"
)

func main() {
	sandbox.Main(workers())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// workers are the kinds of processes that this program can be besides.
func workers() map[string]sandbox.Kind {
	kinds := worker.Kinds(documentReaders)
	maps.Copy(kinds, records.Kinds())
	return kinds
}

// anyType is the media type under which a worker is given what nobody has looked
// at yet.
const anyType = "application/octet-stream"

// documentReaders are what a worker reads documents with. They run in confined
// processes alone; the folder is where compiled code is kept.
func documentReaders(folder []string) (map[string]document.Reader, error) {
	if len(folder) != 1 {
		return nil, errors.New("a worker needs the folder of compiled code")
	}
	engine, err := pdf.Load(context.Background(), pdf.Config{Cache: folder[0]})
	if err != nil {
		return nil, err
	}
	engine.Images = pdf.SparseImages
	return map[string]document.Reader{anyType: readers.New(engine)}, nil
}
