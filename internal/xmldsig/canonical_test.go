package xmldsig

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestCanonicalForms(t *testing.T) {
	for name, c := range map[string]struct{ in, inclusive, exclusive string }{
		"attribute order":       {`<a z="1" b:y="2" xmlns:b="urn:z" xmlns:a="urn:a" a:x="3"/>`, `<a xmlns:a="urn:a" xmlns:b="urn:z" z="1" a:x="3" b:y="2"></a>`, `<a xmlns:a="urn:a" xmlns:b="urn:z" z="1" a:x="3" b:y="2"></a>`},
		"unused namespace":      {`<a xmlns:u="urn:u"><b/></a>`, `<a xmlns:u="urn:u"><b></b></a>`, `<a><b></b></a>`},
		"superfluous default":   {`<a xmlns="urn:a"><b xmlns="urn:a"><c xmlns=""><d xmlns=""/></c></b></a>`, `<a xmlns="urn:a"><b><c xmlns=""><d></d></c></b></a>`, `<a xmlns="urn:a"><b><c xmlns=""><d></d></c></b></a>`},
		"empty default at root": {`<a xmlns=""/>`, `<a></a>`, `<a></a>`},
		"siblings declare anew": {`<a xmlns:p="urn:p"><p:b/><p:b/></a>`, `<a xmlns:p="urn:p"><p:b></p:b><p:b></p:b></a>`, `<a><p:b xmlns:p="urn:p"></p:b><p:b xmlns:p="urn:p"></p:b></a>`},
		"prefix bound again":    {`<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"/><p:c/></p:a>`, `<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"></p:b><p:c></p:c></p:a>`, `<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"></p:b><p:c></p:c></p:a>`},
		"line ends":             {"<a b='1\r\n2\t3\r4'>x\r\ny\rz&#13;</a>", "<a b=\"1 2 3 4\">x\ny\nz&#xD;</a>", "<a b=\"1 2 3 4\">x\ny\nz&#xD;</a>"},
		"attribute references":  {`<a b="&#9;&#10;&#13;&lt;&gt;&amp;&quot;&apos;"/>`, `<a b="&#x9;&#xA;&#xD;&lt;>&amp;&quot;'"></a>`, `<a b="&#x9;&#xA;&#xD;&lt;>&amp;&quot;'"></a>`},
		"CDATA and comments":    {"<?xml version=\"1.0\" encoding='utf-8'?><!-- x --><a><![CDATA[<&>\"\r\n]]><!-- c --></a><!-- y -->\n", "<a>&lt;&amp;&gt;\"\n</a>", "<a>&lt;&amp;&gt;\"\n</a>"},
		"Vietnamese":            {"\xef\xbb\xbf<Chữ Đ='ĩ'>Nghĩa &#x1EEF;</Chữ>", `<Chữ Đ="ĩ">Nghĩa ữ</Chữ>`, `<Chữ Đ="ĩ">Nghĩa ữ</Chữ>`},
		"xml attributes":        {`<a xml:lang="vi"><b xml:space="preserve" c="1"/></a>`, `<a xml:lang="vi"><b c="1" xml:space="preserve"></b></a>`, `<a xml:lang="vi"><b c="1" xml:space="preserve"></b></a>`},
	} {
		for _, exclusive := range []bool{false, true} {
			want := c.inclusive
			if exclusive {
				want = c.exclusive
			}
			got, err := Canonicalize([]byte(c.in), exclusive, Options{})
			if err != nil || string(got) != want {
				t.Errorf("%s (exclusive %v)\n got %q\nwant %q\n err %v", name, exclusive, got, want, err)
			}
		}
	}
}

func TestReaderRefusals(t *testing.T) {
	deep := strings.Repeat("<a>", maxDepth) + strings.Repeat("</a>", maxDepth)
	if _, err := Canonicalize([]byte(deep), true, Options{}); err != nil {
		t.Error("good twin of nesting:", err)
	}
	longest := `<a b="` + strings.Repeat("x", maxAttribute) + `"/>`
	if _, err := Canonicalize([]byte(longest), true, Options{}); err != nil {
		t.Error("good twin of attribute length:", err)
	}
	amplified := `<a xmlns:p="urn:` + strings.Repeat("x", 1000) + `">` + strings.Repeat("<p:b/>", 100000) + "</a>" // 600 kB that would become 100 MB
	if _, err := Canonicalize([]byte(amplified), false, Options{}); err != nil {
		t.Error("good twin of amplification, inclusive:", err)
	}
	many := "<a>" + strings.Repeat("<b/>", maxElements) + "</a>"
	for name, c := range map[string]struct {
		in   string
		want error
	}{
		"doctype":              {`<!DOCTYPE a><a/>`, ErrForbidden},
		"entity bomb":          {`<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`, ErrForbidden},
		"entity":               {`<a>&x;</a>`, ErrForbidden},
		"processing":           {`<a><?pi x?></a>`, ErrForbidden},
		"stylesheet":           {`<?xml-stylesheet href="x"?><a/>`, ErrForbidden},
		"second declaration":   {`<?xml version="1.0"?><?xml version="1.0"?><a/>`, ErrForbidden},
		"nesting":              {"<a>" + deep + "</a>", ErrTooLarge},
		"attribute length":     {`<a b="x` + strings.Repeat("x", maxAttribute) + `"/>`, ErrTooLarge},
		"attribute count":      {"<a" + numbered(" a%d='1'", maxAttributes+1) + "/>", ErrTooLarge},
		"namespace count":      {"<a" + numbered(" xmlns:a%d='urn:1'", maxBindings+1) + "/>", ErrTooLarge},
		"element count":        {many, ErrTooLarge},
		"amplification":        {amplified, ErrTooLarge},
		"namespace length":     {`<a xmlns="urn:` + strings.Repeat("x", maxName) + `"/>`, ErrTooLarge},
		"empty":                {"", ErrMalformed},
		"leading junk":         {`1212<?xml version="1.0"?><a/>`, ErrMalformed},
		"two roots":            {`<a/><b/>`, ErrMalformed},
		"trailing text":        {`<a/>x`, ErrMalformed},
		"unclosed":             {`<a><b></b>`, ErrMalformed},
		"crossed":              {`<a><b></a></b>`, ErrMalformed},
		"longer end tag":       {`<a></ab>`, ErrMalformed},
		"stray end":            {`</a>`, ErrMalformed},
		"encoding":             {`<?xml version="1.0" encoding="UTF-16"?><a/>`, ErrMalformed},
		"version":              {`<?xml version="1.1"?><a/>`, ErrMalformed},
		"declaration order":    {`<?xml encoding="utf-8" version="1.0"?><a/>`, ErrMalformed},
		"not UTF-8":            {"<a>\xff</a>", ErrMalformed},
		"surrogate":            {"<a>\xed\xa0\x80</a>", ErrMalformed},
		"non-character":        {"<a>\uffff</a>", ErrMalformed},
		"control":              {"<a>\x01</a>", ErrMalformed},
		"control reference":    {"<a>&#1;</a>", ErrMalformed},
		"surrogate reference":  {"<a>&#xD800;</a>", ErrMalformed},
		"huge reference":       {"<a>&#99999999999;</a>", ErrMalformed},
		"bare ampersand":       {"<a>a & b</a>", ErrMalformed},
		"CDATA end in text":    {"<a>]]></a>", ErrMalformed},
		"CDATA outside":        {"<![CDATA[x]]><a/>", ErrForbidden},
		"dashes in comment":    {"<a><!-- x -- y --></a>", ErrMalformed},
		"less-than in value":   {`<a b="<"/>`, ErrMalformed},
		"unquoted":             {`<a b=1/>`, ErrMalformed},
		"no space":             {`<a b="1"c="2"/>`, ErrMalformed},
		"repeated":             {`<a b="1" b="2"/>`, ErrMalformed},
		"repeated by URI":      {`<a xmlns:p="urn:1" xmlns:q="urn:1" p:b="1" q:b="2"/>`, ErrMalformed},
		"declared twice":       {`<a xmlns:p="urn:1" xmlns:p="urn:1"/>`, ErrMalformed},
		"undeclared":           {`<p:a/>`, ErrMalformed},
		"undeclared attribute": {`<a p:b="1"/>`, ErrMalformed},
		"prefix undone":        {`<a xmlns:p=""/>`, ErrMalformed},
		"xmlns as prefix":      {`<xmlns:a/>`, ErrMalformed},
		"xml rebound":          {`<a xmlns:xml="urn:1"/>`, ErrMalformed},
		"relative namespace":   {`<a xmlns="foo"/>`, ErrMalformed},
		"two colons":           {`<a:b:c xmlns:a="urn:1"/>`, ErrMalformed},
		"name":                 {`<1a/>`, ErrMalformed},
	} {
		if _, err := Canonicalize([]byte(c.in), true, Options{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Canonicalize([]byte("<a/>"), true, Options{MaxBytes: 3}); !errors.Is(err, ErrTooLarge) {
		t.Error("size:", err)
	}
	if _, err := Canonicalize([]byte("<a/>"), true, Options{MaxBytes: 4}); err != nil {
		t.Error("good twin of size:", err)
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func tool(t *testing.T, name string) func(args ...string) ([]byte, error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: interoperation not checked", name)
	}
	return func(args ...string) ([]byte, error) { return exec.Command(path, args...).CombinedOutput() }
}

// randomXML writes documents rich in what canonicalizers get wrong.
type randomXML struct {
	*rand.Rand
	strings.Builder
}

func (r *randomXML) pick(of ...string) string { return of[r.IntN(len(of))] }

func (r *randomXML) element(depth int, scope []string) {
	scope = append([]string{}, scope...)
	decls := ""
	for _, p := range []string{"a", "b", "c"} {
		if r.IntN(4) == 0 {
			decls += fmt.Sprintf(` xmlns:%s="urn:%s%d"`, p, r.pick("x", "y"), r.IntN(2))
			scope = append(scope, p)
		}
	}
	if r.IntN(4) == 0 {
		decls += ` xmlns="` + r.pick("", "urn:d1", "urn:d2", "http://x.vn/ns#1") + `"` // libxml2 forgets to escape "&" in namespace names
	}
	prefix := func() string {
		if len(scope) == 0 || r.IntN(2) == 0 {
			return ""
		}
		return scope[r.IntN(len(scope))] + ":"
	}
	tag := prefix() + r.pick("e0", "e1", "Chữ")
	r.WriteString("<" + tag + decls)
	for _, local := range []string{"p", "q", "r", "Đ"} {
		if r.IntN(3) == 0 {
			v := r.pick("x", "Ữ ĩ Đ", "a&amp;b&lt;c>", "&quot;q&quot;'", "t&#9;n&#10;", "r&#13;z", "l1\n\tl2\r\nl3")
			fmt.Fprintf(r, " %s%s%s=%s\"%s\"", prefix(), local, r.pick("", " "), r.pick("", "\n"), v)
		}
	}
	if r.IntN(6) == 0 {
		r.WriteString(` xml:lang="vi"`)
	}
	if r.IntN(5) == 0 {
		r.WriteString(r.pick("/>", " />"))
		return
	}
	r.WriteString(">")
	for range r.IntN(5) {
		if depth < 6 && r.IntN(2) == 0 {
			r.element(depth+1, scope)
			continue
		}
		r.WriteString(r.pick("Nghĩa", "&gt;&lt;&amp;", "  \n ", "tab\t", "x&#13;y", "a\r\nb\rc", "<![CDATA[a<b>&\"c\r\n]]>", "<!-- c -->", "&apos;]]&gt;", "\U0001F600"))
	}
	r.WriteString("</" + tag + r.pick("", " ") + ">")
}

func TestCanonicalFormAgreesWithXmllint(t *testing.T) {
	xmllint := tool(t, "xmllint")
	dir := t.TempDir()
	r := &randomXML{Rand: rand.New(rand.NewPCG(2026, 11))}
	const documents, batch = 3000, 300
	compared := 0
	for i := range documents / batch {
		var docs [][]byte
		args := map[bool][]string{false: {"--c14n"}, true: {"--exc-c14n"}}
		for j := range batch {
			r.Reset()
			r.WriteString(`<root>`)
			r.element(0, nil)
			r.WriteString(`</root>`)
			doc := []byte(r.String())
			path := filepath.Join(dir, fmt.Sprintf("%d-%d.xml", i, j))
			if err := os.WriteFile(path, doc, 0o600); err != nil {
				t.Fatal(err)
			}
			docs = append(docs, doc)
			for k := range args {
				args[k] = append(args[k], path)
			}
		}
		for exclusive, a := range args {
			out, _ := xmllint(a...)
			theirs := splitRoots(out)
			ours := 0
			for _, doc := range docs {
				got, err := Canonicalize(doc, exclusive, Options{})
				if err != nil { // a random repetition of an attribute; xmllint refuses it too
					if single, e := xmllint(a[0], keep(t, doc)); e == nil {
						t.Fatalf("only we refuse %q: %v\n%s", doc, err, single)
					}
					continue
				}
				if ours >= len(theirs) {
					t.Fatalf("only xmllint refuses a document of batch %d\n%s", i, out)
				}
				if want := stripComments(theirs[ours]); !bytes.Equal(got, want) {
					t.Fatalf("exclusive %v\n  in %q\n got %q\nwant %q", exclusive, doc, got, want)
				}
				ours++
				compared++
			}
		}
	}
	if compared < documents {
		t.Fatalf("only %d comparisons", compared)
	}
}

func splitRoots(out []byte) (docs [][]byte) {
	for {
		from, to := bytes.Index(out, []byte("<root")), bytes.Index(out, []byte("</root>"))
		if from < 0 || to < 0 {
			return docs
		}
		docs = append(docs, out[from:to+len("</root>")])
		out = out[to+len("</root>"):]
	}
}

func stripComments(b []byte) []byte { return bytes.ReplaceAll(b, []byte("<!-- c -->"), nil) }

func keep(t *testing.T, b []byte) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), "x.xml")
	if err := os.WriteFile(p, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// The canonical form is read again to itself.
func FuzzCanonicalize(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><a xmlns="urn:a" xmlns:b="urn:b" b:c="&#10;"><![CDATA[<]]>&amp;<b:d/></a>`), true)
	f.Add([]byte("<Chữ>Nghĩa\r\n</Chữ>"), false)
	f.Fuzz(func(t *testing.T, doc []byte, exclusive bool) {
		once, err := Canonicalize(doc, exclusive, Options{MaxBytes: 1 << 20})
		if err != nil {
			return
		}
		twice, err := Canonicalize(once, exclusive, Options{MaxBytes: 16 << 20})
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("not a fixed point: %q\n%q\n%q\n%v", doc, once, twice, err)
		}
	})
}
