package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDistIsMadeOfTheseSources(t *testing.T) {
	sum, err := sourceSum("../assets")
	if err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadFile(filepath.Join("../assets/dist", sumFile))
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(made)) != sum {
		t.Error("internal/web/assets/dist is stale: run `go generate ./internal/web/...`")
	}
}

func TestFetchRefusesAnotherContent(t *testing.T) {
	dir := t.TempDir()
	p := pkg{Name: "x", Version: "1.0.0", SHA512: "AAAA"}
	if err := os.WriteFile(filepath.Join(dir, p.tarball()), []byte("something else"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := fetch(dir, p); err == nil || !strings.Contains(err.Error(), "does not have the content") {
		t.Errorf("took a tarball of another content: %v", err)
	}
}

func TestUnpackStaysBelowItsFolder(t *testing.T) {
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	tw := tar.NewWriter(zw)
	for _, name := range []string{"package/good.js", "package/../../evil.js", "package//etc/evil.js", "evil.js"} {
		if err := tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Size: 1, Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		tw.Write([]byte("x"))
	}
	tw.Close()
	zw.Close()
	dir := t.TempDir()
	home := filepath.Join(dir, "a", "b")
	if err := unpack(b.Bytes(), home); err != nil {
		t.Fatal(err)
	}
	var found []string
	filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if !d.IsDir() {
			found = append(found, p)
		}
		return err
	})
	if len(found) != 1 || found[0] != filepath.Join(home, "good.js") {
		t.Errorf("unpacked %v", found)
	}
}
