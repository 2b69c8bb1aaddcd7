package org_test

import (
	"errors"
	"strings"
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
)

// X17.1, X20.2: every way in which the lists of the exchange are written gives the same units.
func TestReadListTakesTheExchangesOwnForms(t *testing.T) {
	for name, text := range map[string]string{
		"answer": `{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":[{"id":7,"pid":"1","code":"H26.15","code102":"000.00.15.H26","name":"Sở Nội vụ","mail":null,"isAgency":true,"deleted":0,"modifyDate":"2026-02-01 10:00:00"}]}`,
		"bare":   ` [{"ID":"7","pid":1,"Code":"H26.15","CODE102":"000.00.15.H26","name":"Sở Nội vụ","isAgency":"1","modifyDate":1769914800000}]`,
		"table":  "\ufeffid;pid;Mã định danh;Mã 102;Tên cơ quan;isAgency;modifyDate\n7;1;H26.15;000.00.15.H26;Sở Nội vụ;x;2026-02-01T10:00:00+07:00\n",
		"comma":  "id,pid,code,code102,name,isAgency,modifyDate\n7,1,H26.15,000.00.15.H26,\"Sở Nội vụ\",true,1769914800\n",
	} {
		units, err := org.ReadList(strings.NewReader(text))
		want := org.Listed{ID: "7", ParentID: "1", Code: "H26.15", Code102: "000.00.15.H26", Name: "Sở Nội vụ", IsAgency: true, ModifiedAt: 1769914800000000}
		if err != nil || len(units) != 1 || units[0] != want {
			t.Errorf("%s: %+v %v", name, units, err)
		}
	}
	for _, text := range []string{"", "{}", `{"data":5}`, `[{"id":{}}]`, `[{"id":1},`, "a;b\n1;2\n", `{"x":{"data":[]}}`} {
		if units, err := org.ReadList(strings.NewReader(text)); !errors.Is(err, store.Invalid) {
			t.Errorf("%q: %+v %v", text, units, err)
		}
	}
}

func FuzzReadList(f *testing.F) {
	f.Add(`{"data":[{"id":1,"code":"H26"}]}`)
	f.Add("id;code\n1;H26\n")
	f.Fuzz(func(t *testing.T, text string) { _, _ = org.ReadList(strings.NewReader(text)) })
}
