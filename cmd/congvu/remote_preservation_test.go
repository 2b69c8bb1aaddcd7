package main

import (
	"strings"
	"testing"
)

func TestRemotePreservation(t *testing.T) {
	f := newFarAway(t, map[string]string{
		"GET /preservation":                 `{"files":[{"state":"kept","state_label":"Đã bảo quản","level":"LTA","count":7}],"worse":1,"stamps_waiting":2,"stamps_failed":3,"next_renewal":"2034-09-01T00:00:00Z","authority":true}`,
		"POST /preservation/checks":         `{"files":7}`,
		"POST /preservation/files/5/retry":  "",
		"POST /preservation/stamps/6/retry": "",
		"GET /outgoing/9/stamps":            `[{"id":"6","outgoing":"9","file":"5","purpose":"seal","state":"failed","state_label":"Chưa lấy được dấu thời gian","reason":"hết giờ","tries":3,"asked_at":"2026-03-02T02:00:00Z"}]`,
		"GET /files/5/preservation":         `{"file":"5","name":"a.pdf","level":"LTA","state":"kept","state_label":"Đã bảo quản","renew_before":"2034-09-01T00:00:00Z","verdict":"passed"}`,
		"POST /outgoing/9/release":          `{"id":"9","state":"sealed","state_label":"Đã ký số cơ quan"}`,
		"GET /outgoing/9/release":           `{"state":"refused","reason":"Cơ quan bắt buộc dấu thời gian","asked_at":"2026-03-02T02:00:00Z","at":"2026-03-02T02:00:00Z"}`,
	})
	for _, c := range []struct {
		args []string
		out  string
	}{
		{[]string{"preservation"}, "     7  Đã bảo quản  PAdES-B-LTA\nChờ dấu thời gian: 2; chưa lấy được: 3; kết quả kiểm tra xấu đi: 1\nGia hạn gần nhất trước ngày 01/09/2034\n"},
		{[]string{"archive-check"}, "Đã xếp 7 tệp vào hàng kiểm tra lại.\n"},
		{[]string{"stamps", "outgoing/9"}, "stamp/6  seal  Chưa lấy được dấu thời gian  hết giờ\n"},
		{[]string{"preserved", "file/5"}, "a.pdf  PAdES-B-LTA  Đã bảo quản  \nGia hạn trước ngày 01/09/2034\n"},
		{[]string{"preserve-again", "file/5"}, ""},
		{[]string{"stamp-again", "stamp/6"}, ""},
	} {
		if code, out, complaint := f.run("cvu_good", "", c.args...); code != 0 || out != c.out {
			t.Errorf("%v: %d %q %q", c.args, code, out, complaint)
		}
	}
	if code, _, complaint := f.run("cvu_good", "", "release", "outgoing/9"); code != 1 || !strings.Contains(complaint, "Cơ quan bắt buộc dấu thời gian") {
		t.Errorf("a refused release: %d %q", code, complaint)
	}
}
