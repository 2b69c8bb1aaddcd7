package congvu_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"congvu/internal/i18n"
)

// reference is a link or a picture in Markdown: [words](target), ![words](target).
var reference = regexp.MustCompile(`!?\[[^\]]*\]\(([^)\s]+)\)`)

// Every link and picture of the documents leads to a file that exists; every picture is shown somewhere.
func TestLinksAndPicturesOfTheDocumentsExist(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir("docs", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reference.FindAllStringSubmatch(string(text), -1) {
			to, err := url.Parse(m[1])
			if err != nil {
				t.Errorf("%s: %v", page, err)
				continue
			}
			if to.IsAbs() || to.Path == "" {
				continue
			}
			target := filepath.Join(filepath.Dir(page), filepath.FromSlash(to.Path))
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s leads nowhere: %v", page, m[1], err)
			}
			shown[target] = true
		}
	}
	taken, err := filepath.Glob("docs/images/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, picture := range taken {
		if !shown[picture] {
			t.Errorf("no document shows %s", picture)
		}
	}
}

// quoted are the words of the screen in a guide; … stands for what the screen fills in.
var quoted = regexp.MustCompile(`«([^»]+)»`)

// What the guides quote is on the screen: a button that was renamed is renamed in the guides too.
func TestGuidesQuoteTheScreen(t *testing.T) {
	said := map[string]bool{}
	for _, sentence := range i18n.Keys() {
		said[strings.ToLower(sentence)] = true
	}
	pages, err := filepath.Glob("docs/huong-dan/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal("no guides: ", err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
			if !onScreen(said, strings.ToLower(m[1])) {
				t.Errorf("%s quotes «%s», which no page says", page, m[1])
			}
		}
	}
}

func onScreen(said map[string]bool, words string) bool {
	if said[words] {
		return true
	}
	parts := strings.Split(words, "…")
	for sentence := range said {
		all := true
		for _, p := range parts {
			all = all && strings.Contains(sentence, strings.TrimSpace(p))
		}
		if all {
			return true
		}
	}
	return false
}
