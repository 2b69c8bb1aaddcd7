package api_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"congvu/internal/api"
)

var update = flag.Bool("update", false, "write the golden lists anew")

// The list of operations is a promise to programs of others: it changes on purpose or not at all.
func TestOperationsAreThoseOfTheGoldenList(t *testing.T) {
	var lines []string
	for _, r := range api.Routes() {
		mark := ""
		if r.Public {
			mark = " public"
		}
		lines = append(lines, fmt.Sprintf("%-6s %s %s%s\n", r.Method, r.Path, r.OperationID, mark))
	}
	got := strings.Join(lines, "")
	const golden = "testdata/operations.txt"
	if *update {
		must(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if got != string(want) {
		t.Fatalf("operations changed; if that is meant, run the test with -update\n%s", got)
	}
}

func TestOnlyWhatHoldsNobodysDataIsPublic(t *testing.T) {
	var public []string
	for _, r := range api.Routes() {
		if r.Public {
			public = append(public, r.OperationID)
		}
	}
	if got := strings.Join(public, " "); got != "signIn readOpenAPI readPage readStyle" {
		t.Fatalf("public: %s", got)
	}
}

func document(t *testing.T) map[string]any {
	t.Helper()
	w := httptest.NewRecorder()
	api.New(api.Config{}).ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/openapi.json", nil))
	var doc map[string]any
	must(t, json.Unmarshal(w.Body.Bytes(), &doc))
	return doc
}

// The document is what OpenAPI 3.1 asks for: version, info, unique operation ids, declared path parameters, references that lead somewhere.
// V17: the interface for other systems, described by OpenAPI.
// V70: one documented interface for every other system.
// V74: one described interface, by which other systems of the architecture are joined.
func TestOpenAPIDocumentIsSound(t *testing.T) {
	doc := document(t)
	if doc["openapi"] != "3.1.0" || doc["info"].(map[string]any)["title"] == "" {
		t.Fatalf("head of the document: %v %v", doc["openapi"], doc["info"])
	}
	paths := doc["paths"].(map[string]any)
	seen := map[string]bool{}
	for path, item := range paths {
		for method, v := range item.(map[string]any) {
			op := v.(map[string]any)
			id, _ := op["operationId"].(string)
			if id == "" || seen[id] {
				t.Errorf("%s %s: operationId %q is empty or taken", method, path, id)
			}
			seen[id] = true
			if op["summary"] == "" || len(op["responses"].(map[string]any)) < 2 {
				t.Errorf("%s has no summary, or not both answer and refusal", id)
			}
			checkPathParameters(t, id, path, op)
			checkSecurity(t, id, op)
		}
	}
	for _, r := range api.Routes() {
		if !seen[r.OperationID] && !slices.Contains([]string{"readOpenAPI", "readPage", "readStyle"}, r.OperationID) {
			t.Errorf("%s is not in the document", r.OperationID)
		}
	}
	checkReferences(t, doc, doc)
}

var braced = regexp.MustCompile(`\{([^}]+)\}`)

func checkPathParameters(t *testing.T, id, path string, op map[string]any) {
	t.Helper()
	declared := map[string]bool{}
	parameters, _ := op["parameters"].([]any)
	for _, v := range parameters {
		p := v.(map[string]any)
		key := fmt.Sprint(p["in"], " ", p["name"])
		if declared[key] {
			t.Errorf("%s: parameter %s is declared twice", id, key)
		}
		declared[key] = true
		if p["in"] == "path" && p["required"] != true || p["schema"] == nil {
			t.Errorf("%s: parameter %s", id, key)
		}
	}
	for _, m := range braced.FindAllStringSubmatch(path, -1) {
		if !declared["path "+m[1]] {
			t.Errorf("%s: {%s} is not declared", id, m[1])
		}
	}
}

func checkSecurity(t *testing.T, id string, op map[string]any) {
	t.Helper()
	security, own := op["security"].([]any)
	if own != (id == "signIn") || len(security) > 0 {
		t.Errorf("%s: security %v", id, op["security"])
	}
}

func checkReferences(t *testing.T, doc map[string]any, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			var at any = doc
			for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
				m, _ := at.(map[string]any)
				at = m[step]
			}
			if at == nil {
				t.Errorf("%s leads nowhere", ref)
			}
		}
		for _, below := range v {
			checkReferences(t, doc, below)
		}
	case []any:
		for _, below := range v {
			checkReferences(t, doc, below)
		}
	}
}

// The page runs under the strictest policy: no script, no style of its own, and every link on it leads somewhere.
func TestPageIsReadableWithoutScripts(t *testing.T) {
	w := httptest.NewRecorder()
	api.New(api.Config{}).ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/", nil))
	page := w.Body.String()
	for _, banned := range []string{"<script", "<style", " style=", "http://", "<iframe", "<form"} {
		if strings.Contains(strings.ToLower(page), banned) {
			t.Errorf("the page holds %q", banned)
		}
	}
	if regexp.MustCompile(`(?i)\son[a-z]+=`).MatchString(page) {
		t.Error("the page holds an event handler")
	}
	if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'; style-src 'self'") {
		t.Errorf("policy %q", w.Header().Get("Content-Security-Policy"))
	}
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		ids[m[1]]++
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %s stands %d times", id, n)
		}
	}
	links := regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1)
	for _, m := range links {
		if id, err := url.PathUnescape(m[1]); err != nil || ids[id] == 0 {
			t.Errorf("link #%s leads nowhere", m[1])
		}
	}
	for _, r := range api.Routes() {
		if strings.HasPrefix(r.OperationID, "read") && r.Public {
			continue
		}
		if ids[r.OperationID] != 1 {
			t.Errorf("%s is not on the page", r.OperationID)
		}
	}
}
