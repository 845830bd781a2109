// Command modelgen writes the FollowTheMoney model, as published, and our own
// schemata, kept as YAML in the same form, as Go tables for package ftm. Its
// output is committed, so that building the product needs no other toolchain:
//
//	go run ./internal/modelgen -model defaultModel.json -overt ftm/schema/overt -out ftm/zz_model.go
//
// Without -model, -npm fetches the published package with npm pack; that alone
// needs Node. The same inputs give the same bytes.
package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
)

const (
	npmPackage   = "@alephdata/followthemoney"
	modelVersion = "3.8.4"
	modelFile    = "defaultModel.json"
	modelCap     = 16 << 20
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "modelgen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("modelgen", flag.ContinueOnError)
	model := flags.String("model", "", "published model `file` (defaultModel.json)")
	npm := flags.Bool("npm", false, "fetch the published model with npm pack")
	version := flags.String("version", modelVersion, "`version` of the published model")
	overt := flags.String("overt", "ftm/schema/overt", "`folder` of our own schemata")
	out := flags.String("out", "ftm/zz_model.go", "Go `file` to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	data, err := readModel(*model, *npm, *version)
	if err != nil {
		return err
	}
	m, err := parsePublished(data)
	if err != nil {
		return fmt.Errorf("read the published model: %w", err)
	}
	if err := m.addOwn(*overt); err != nil {
		return err
	}
	source, err := emit(m, *version)
	if err != nil {
		return err
	}
	return os.WriteFile(*out, source, 0o644)
}

func readModel(file string, npm bool, version string) ([]byte, error) {
	switch {
	case file != "":
		return os.ReadFile(file)
	case npm:
		return fetch(version)
	}
	return nil, errors.New("give -model FILE or -npm")
}

// fetch takes the model out of the package that npm pack leaves in a folder
// of its own.
func fetch(version string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "modelgen")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("npm", "pack", "--silent", npmPackage+"@"+version)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("npm pack %s: %w", npmPackage, err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(files) != 1 {
		return nil, fmt.Errorf("npm pack %s left %d archives", npmPackage, len(files))
	}
	return modelFromArchive(files[0])
}

func modelFromArchive(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	members := tar.NewReader(unzipped)
	for {
		h, err := members.Next()
		if err != nil {
			return nil, fmt.Errorf("find %s in %s: %w", modelFile, file, err)
		}
		if path.Base(h.Name) == modelFile {
			return io.ReadAll(io.LimitReader(members, modelCap))
		}
	}
}
