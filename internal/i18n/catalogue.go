package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed en/*.json
var enFiles embed.FS

// translation is one English entry; one is used when the argument by counts exactly 1.
type translation struct {
	by, one, other string
	file           string
}

func (t *translation) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &t.other); err == nil {
		return nil
	}
	var forms struct{ By, One, Other string }
	if err := json.Unmarshal(b, &forms); err != nil {
		return err
	}
	if forms.By == "" || forms.One == "" || forms.Other == "" {
		return fmt.Errorf("a counted translation needs by, one and other")
	}
	t.by, t.one, t.other = forms.By, forms.One, forms.Other
	return nil
}

// catalogue is read once. Unreadable or contradicting files are reported by Problems, which a test asks; the program
// itself goes on with what it could read.
var catalogue = sync.OnceValues(func() (map[string]translation, []string) { return readCatalogue(enFiles) })

func readCatalogue(files fs.FS) (map[string]translation, []string) {
	entries := map[string]translation{}
	var problems []string
	names, err := fs.Glob(files, "en/*.json")
	if err != nil {
		problems = append(problems, err.Error())
	}
	for _, name := range names {
		file := path.Base(name)
		b, err := fs.ReadFile(files, name)
		var part map[string]translation
		if err == nil {
			err = json.Unmarshal(b, &part)
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", file, err))
			continue
		}
		for key, t := range part {
			t.file = file
			if old, twice := entries[key]; twice && (old.other != t.other || old.one != t.one) {
				problems = append(problems, fmt.Sprintf("%s and %s translate %q differently", old.file, file, key))
			}
			problems = append(problems, t.check(key)...)
			if t.other != "" {
				entries[key] = t
			}
		}
	}
	slices.Sort(problems)
	return entries, problems
}

func (t translation) check(key string) []string {
	var problems []string
	want := placeholders(key)
	for _, text := range []string{t.one, t.other} {
		if text == "" {
			continue
		}
		for _, name := range placeholders(text) {
			if !slices.Contains(want, name) {
				problems = append(problems, fmt.Sprintf("%s: %q has no argument {%s}", t.file, key, name))
			}
		}
	}
	for _, name := range want {
		if t.other != "" && !slices.Contains(placeholders(t.other), name) {
			problems = append(problems, fmt.Sprintf("%s: the translation of %q loses {%s}", t.file, key, name))
		}
	}
	if t.by != "" && !slices.Contains(want, t.by) {
		problems = append(problems, fmt.Sprintf("%s: %q cannot be counted by {%s}", t.file, key, t.by))
	}
	return problems
}

// Problems lists what is wrong within the catalogues: unreadable files, two translations of one sentence, arguments that a
// translation invents or loses.
func Problems() []string {
	_, problems := catalogue()
	return problems
}

// Keys lists the sentences that have an English translation.
func Keys() []string {
	entries, _ := catalogue()
	keys := make([]string, 0, len(entries))
	for k := range entries {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// translated gives the template in the reader's language.
func translated(lang Lang, text string, args map[string]any) string {
	if lang != EN {
		return text
	}
	entries, _ := catalogue()
	t, ok := entries[text]
	if !ok {
		return text
	}
	if t.by != "" && isOne(args[t.by]) {
		return t.one
	}
	return t.other
}

// placeholders lists the names in a template, each once.
func placeholders(text string) []string {
	var names []string
	for {
		at := strings.IndexByte(text, '{')
		if at < 0 {
			return names
		}
		name, rest, ok := placeholder(text[at:])
		if ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
		text = rest
	}
}

// placeholder reads {name} at the start of s; otherwise ok is false and rest follows the brace.
func placeholder(s string) (name, rest string, ok bool) {
	for i := 1; i < len(s) && i < 40; i++ {
		c := s[i]
		switch {
		case c == '}' && i > 1:
			return s[1:i], s[i+1:], true
		case c >= 'a' && c <= 'z', i > 1 && (c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'):
		default:
			return "", s[1:], false
		}
	}
	return "", s[1:], false
}
