package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sumFile in dist says of which sources it was made.
const sumFile = "sources.sha256"

// sourceSum is the hash of everything dist is made of: our sources and the packages' hashes.
func sourceSum(dir string) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && name == "dist" {
			return fs.SkipDir
		}
		if ext := filepath.Ext(name); e.IsDir() || ext != ".css" && ext != ".js" && ext != ".svg" && name != "icons.txt" {
			return nil
		}
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(h, "%s\n%s\n", name, strings.ReplaceAll(string(content), "\r\n", "\n"))
		return err
	})
	if err != nil {
		return "", err
	}
	for _, p := range pkgs {
		fmt.Fprintln(h, p.Name, p.Version, p.SHA512)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
