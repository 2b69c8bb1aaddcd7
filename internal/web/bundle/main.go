package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
)

const assetsDir = "assets" // go generate runs in internal/web

func main() {
	log.SetFlags(0)
	log.SetPrefix("bundle: ")
	if _, err := os.Stat(filepath.Join(assetsDir, "js", "app.js")); err != nil {
		log.Fatal("run it by `go generate ./internal/web/...`: ", err)
	}
	if err := bundle(); err != nil {
		log.Fatal(err)
	}
}

// bundle fetches what is missing, builds everything in memory and only then replaces dist.
func bundle() error {
	if err := fetchAll(filepath.Join("bundle", "npm")); err != nil {
		return err
	}
	out := outputs{}
	for _, step := range []func(outputs) error{addStatic, addIcons, addViewerParts, addBundles, addServiceWorker} {
		if err := step(out); err != nil {
			return err
		}
	}
	dist := filepath.Join(assetsDir, "dist")
	if err := out.write(dist); err != nil {
		return fmt.Errorf("write dist: %w", err)
	}
	sum, err := sourceSum(assetsDir)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dist, sumFile), []byte(sum+"\n"), 0o644); err != nil {
		return err
	}
	if err := writeNotices(filepath.Join(assetsDir, "THIRD_PARTY.txt")); err != nil {
		return err
	}
	return copyTestTools(filepath.Join("testdata"))
}
