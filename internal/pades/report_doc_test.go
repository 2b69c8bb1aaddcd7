package pades

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// docs/verify-report.md tells exactly the fields that the machine report has, with their types, and which are always there.
func TestTheMachineReportIsDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/verify-report.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| ([^|]+) \\| (luôn có)?")
	sections := map[string][]string{}
	for _, s := range strings.Split(string(b), "\n## ")[1:] {
		name, text, _ := strings.Cut(s, "\n")
		for _, m := range row.FindAllStringSubmatch(text, -1) {
			sections[name] = append(sections[name], fmt.Sprintf("%s %s %t", m[1], m[2], m[3] != ""))
		}
	}
	for _, v := range []any{Report{}, Signature{}, Party{}, Timestamp{}, Evidence{}, Finding{}} {
		typ := reflect.TypeOf(v)
		var want []string
		for i := range typ.NumField() {
			key, rest, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			want = append(want, fmt.Sprintf("%s %s %t", key, jsonType(typ.Field(i).Type), rest != "omitempty"))
		}
		if got := sections[typ.Name()]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s is documented as\n%s\nbut is\n%s", typ.Name(), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		delete(sections, typ.Name())
	}
	for name := range sections {
		t.Errorf("%s is documented and does not exist", name)
	}
}

func jsonType(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "time"
	case t == reflect.TypeFor[[]byte]():
		return "base64"
	case t == reflect.TypeFor[Change](), t.Kind() == reflect.String:
		return "string"
	case t.Kind() == reflect.Pointer:
		return jsonType(t.Elem())
	case t.Kind() == reflect.Slice:
		return "[" + jsonType(t.Elem()) + "]"
	case t.Kind() == reflect.Struct:
		return t.Name()
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.Int:
		return "number"
	case t.Kind() == reflect.Map:
		return "object"
	}
	return t.String()
}
