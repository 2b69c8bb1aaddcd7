package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congvu/internal/city"
	"congvu/internal/web/browsertest"
)

// relay walks a document through the hands of several people, each in a browser of their own.
type relay struct {
	*testing.T
	base   string
	script bool
	failed bool
}

// as lets somebody do a part of the way; when they cannot, nobody after them can.
func (c *relay) as(login, what string, f func(v visitor)) {
	c.Helper()
	if c.failed {
		return
	}
	c.failed = true
	c.Run(what, func(t *testing.T) {
		v := visitor{t, browsertest.Open(t), c.base, !c.script}
		t.Cleanup(func() { v.tab.Go("about:blank") }) // lets go of the live connection
		v.tab.Script(c.script)
		enter(v.tab, c.base, login)
		f(v)
		c.failed = false
	})
}

// The first promise of the platform, in the browser: a công văn is drafted, approved, signed and issued in one agency, and received, directed,
// handled and answered in another; the sender sees it (D8, D9, D10, D12, X13, S10).
// V77: the whole way of a document between two agencies.
// V69: the whole way, with all its metadata.
func TestTheWholeWayInTheBrowser(t *testing.T) {
	base, _ := startDemo(t, 0)
	t.Run("with script", func(t *testing.T) { theWholeWay(&relay{T: t, base: base, script: true}) })
	t.Run("without script", func(t *testing.T) { theWholeWay(&relay{T: t, base: base}) })
	t.Run("main pages", func(t *testing.T) { mainPages(t, base) })
	t.Run("stale and foreign", func(t *testing.T) { staleAndForeign(t, base) })
	t.Run("dossiers", func(t *testing.T) { dossierPages(t, base) })
}

func theWholeWay(c *relay) {
	subject := "phối hợp kiểm tra công tác văn thư " + map[bool]string{true: "quý này", false: "quý sau"}[c.script]
	var way, number, received string
	c.as("chuyenvien1.sonoivu", "the specialist drafts, lays out and submits", func(v visitor) {
		way = v.drafts(subject)
		v.refusedUploads(way)
		v.press("Trình")
		v.tab.See("#act #to")
		v.press("Trình")
		v.says("Hãy chọn người xem xét.")
		v.look("submit-refused")
		v.choose("#to", "Phòng Cải cách hành chính")
		v.tab.Fill("#act #note", "Kính trình đồng chí xem xét.")
		v.press("Trình")
		v.says("Đã trình dự thảo.")
		v.look("submitted")
	})
	c.as("truongphong.sonoivu", "the head of the unit approves", func(v visitor) {
		v.says(subject)
		v.look("work")
		v.tab.Go(c.base + way)
		v.press("Duyệt")
		v.tab.See("#act #next")
		v.look("approve")
		v.press("Duyệt, chuyển tiếp")
		v.says("Đã duyệt và chuyển tiếp.")
	})
	c.as("giamdoc.sonoivu", "the director signs", func(v visitor) { v.signs(way) })
	c.as("vanthu.sonoivu", "the registry issues", func(v visitor) {
		v.tab.Go(c.base + "/outgoing?tab=to_number")
		v.says(subject)
		v.tab.Go(c.base + way)
		v.press("Cấp số và phát hành")
		v.tab.See("#act .note, #act [role=note], #act")
		v.look("release")
		v.tab.Fill("#act #password", city.Password)
		v.press("Phát hành")
		v.says("Đã phát hành văn bản số ")
		_, after, _ := strings.Cut(v.text(), "Đã phát hành văn bản số ")
		number = strings.Fields(after)[0]
		number = strings.TrimRight(number, ".")
		v.look("issued")
	})
	c.as("vanthu.sotaichinh", "the receiver's registry takes it in", func(v visitor) { received = v.takesIn(number, subject) })
	c.as("giamdoc.sotaichinh", "the receiver's director directs", func(v visitor) {
		v.says(subject)
		v.tab.Go(c.base + received)
		v.press("Cho ý kiến chỉ đạo")
		v.tab.See("#act #lead")
		browsertest.Eval[string](v.tab, `document.querySelector("#act #lead").value = ""`) // the last way of this sender may be proposed
		v.press("Chuyển xử lý")
		v.tab.See("#act .errs")
		v.look("direct-refused")
		v.choose("#lead", "– Chuyên viên")
		v.find("coordinators", "cong san")
		v.tab.Fill("#act #opinion", "Nghiên cứu, tham mưu văn bản trả lời đúng hạn.")
		v.tab.Fill("#act #due_days", "3")
		v.press("Chuyển xử lý")
		v.says("Đã chuyển văn bản để xử lý.")
		v.look("directed")
	})
	c.as("chuyenvien1.sotaichinh", "the receiver's specialist handles it", func(v visitor) { v.handles(received, subject) })
	c.as("chuyenvien1.sonoivu", "the sender sees it done", func(v visitor) {
		v.tab.Go(c.base + way)
		for i := 0; !strings.Contains(v.tab.Text(".pane table"), "Hoàn thành"); i++ {
			if i == 100 {
				v.Fatalf("the delivery never says «Hoàn thành»: %s", v.text())
			}
			v.tab.Go(c.base + way)
		}
		v.look("done")
		v.tab.Click(".pane table a.link")
		v.says("06 – Hoàn thành")
		v.look("delivery")
	})
}

// drafts writes a công văn to the department of finance and lays it out; an empty one is refused with words.
func (v visitor) drafts(subject string) (way string) {
	v.tab.Go(v.base + "/outgoing")
	v.press("Soạn văn bản")
	v.press("Công văn")
	v.tab.See("#act #subject")
	v.look("draft")
	v.press("Chỉ lưu dự thảo")
	v.says("Chưa lưu được dự thảo")
	v.look("draft-refused")
	v.tab.Fill("#subject", subject)
	v.tab.Fill("#addressees", "Sở Tài chính")
	v.tab.Fill("#body", "Thực hiện Kế hoạch kiểm tra công tác văn thư, Sở Nội vụ đề nghị quý Sở phối hợp như sau:\n1. Cử công chức tham gia đoàn kiểm tra.\n2. Chuẩn bị hồ sơ, sổ sách liên quan.\nTrân trọng./.")
	v.find("receivers", "so tai chinh")
	v.choose("#signer", "GIÁM ĐỐC")
	v.press("Lưu và trình bày văn bản")
	v.says("Đã lưu và trình bày văn bản theo Nghị định 30/2020/NĐ-CP.")
	v.says("Sở Tài chính")
	v.look("laid-out")
	return v.tab.Where()
}

// refusedUploads are the files that cannot become the document: none, none of bytes, and no PDF.
func (v visitor) refusedUploads(way string) {
	dir := v.TempDir()
	empty, text := filepath.Join(dir, "rong.pdf"), filepath.Join(dir, "van-ban.pdf")
	for name, content := range map[string]string{empty: "", text: "không phải PDF"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			v.Fatal(err)
		}
	}
	for _, name := range []string{empty, text} {
		v.tab.Go(v.base + way + "/upload")
		v.press("Tải lên làm tệp chính")
		v.says("Hãy chọn một tệp.")
		v.tab.Choose("#file", name)
		v.press("Tải lên làm tệp chính")
		v.says(map[string]string{empty: "trống (0 byte)", text: "Tệp van-ban.pdf"}[name])
		v.look("upload-refused")
	}
	v.tab.Go(v.base + way)
}

// signs gives no signature without consent nor with a wrong password.
func (v visitor) signs(way string) {
	v.tab.Go(v.base + way)
	v.press("Ký số")
	v.tab.See("#act #password")
	v.look("sign")
	v.press("Ký số")
	v.says("Cần xác nhận đã xem nội dung văn bản trước khi ký.")
	v.tab.Click("#act #consent")
	v.tab.Fill("#act #password", "sai mật khẩu rồi")
	v.press("Ký số")
	v.says("Chưa ký được")
	v.says("ật khẩu không đúng")
	v.look("sign-refused")
	if !browsertest.Eval[bool](v.tab, `document.querySelector("#act #consent").checked`) {
		v.tab.Click("#act #consent")
	}
	v.tab.Fill("#act #password", city.Password)
	v.press("Ký số")
	v.says("Đã ký số văn bản.")
	v.says("Chữ ký hợp lệ")
	v.look("signed")
}

// takesIn finds the document among what arrived, looks at the verdict, registers and submits it.
func (v visitor) takesIn(number, subject string) (received string) {
	v.tab.Go(v.base + "/arrivals")
	row := fmt.Sprintf(`[...document.querySelectorAll("#main tbody a")].find(a => a.innerText.includes(%q))`, subject)
	for i := 0; !browsertest.Eval[bool](v.tab, "Boolean("+row+")"); i++ {
		if i == 100 {
			v.Fatalf("%s never arrives: %s", number, v.text())
		}
		v.tab.Go(v.base + "/arrivals")
	}
	v.look("arrivals")
	browsertest.Eval[bool](v.tab, "("+row+".click(), true)")
	v.tab.See(".pane")
	v.says(number)
	v.says("Chữ ký hợp lệ")
	v.look("arrival")
	_, id, _ := strings.Cut(v.tab.Where(), "open=")
	received = "/incoming/" + id
	v.press("Tiếp nhận, vào sổ")
	v.tab.See("#act")
	v.look("register")
	v.press("Vào sổ, lấy số đến")
	v.says("và trình lãnh đạo.") // one page, one act: registered and submitted (N27)
	v.look("registered")
	return received
}

// handles starts the work, drafts the reply that the system prepares, and completes with a result.
func (v visitor) handles(received, subject string) {
	v.says(subject)
	v.tab.Go(v.base + received)
	v.says("Nghiên cứu, tham mưu văn bản trả lời đúng hạn.")
	v.press("Bắt đầu xử lý")
	v.tab.See("#act")
	v.press("Bắt đầu xử lý")
	v.says("Đã ghi nhận bắt đầu xử lý.")
	v.press("Soạn văn bản trả lời")
	v.press("Công văn")
	v.tab.See("#act #subject")
	if got := browsertest.Eval[string](v.tab, `document.querySelector("#subject").value`); !strings.Contains(got, "Trả lời văn bản số ") {
		v.Errorf("the reply is about %q", got)
	}
	v.look("reply")
	v.press("Chỉ lưu dự thảo")
	v.says("Đã lưu dự thảo.")
	v.press("Mở văn bản đến")
	v.press("Hoàn thành")
	v.tab.See("#act #result")
	v.press("Hoàn thành")
	v.says("Chưa hoàn thành được")
	v.look("complete-refused")
	v.tab.Fill("#act #result", "Đã cử 02 công chức tham gia đoàn kiểm tra.")
	v.press("Hoàn thành")
	v.says("Đã hoàn thành phần việc.")
	v.look("completed")
}
