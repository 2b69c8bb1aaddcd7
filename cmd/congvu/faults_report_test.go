package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

const (
	reliabilityKept = "../../docs/reliability.jsonl"
	reliabilityPage = "../../docs/reliability.md"
)

var campaignNames = map[string]string{"simulator": "Mô phỏng giao thức", "server": "Giết máy chủ", "broker": "Giết máy chủ trục", "postgres": "Giết PostgreSQL", "power": "Cắt điện",
	"planted": "Đối chứng cắt điện", "net": "Đứt mạng", "disk": "Đĩa đầy", "flood": "Gửi dồn dập", "clock": "Đồng hồ nhảy"}

// figureNames are the further figures, in the words of the page.
var figureNames = map[string]string{"settled_s": "giây để mọi việc dở dang tự xong sau khi hết lỗi", "missing_after_cuts": "việc đã xác nhận thiếu ngay sau các lần cắt", "cut_s": "giây mạng bị hỏng",
	"calm_arrived": "văn bản khi yên", "calm_p50_ms": "ms p50 khi yên", "calm_p95_ms": "ms p95 khi yên", "flood_arrived": "văn bản khi bị dồn", "flood_p50_ms": "ms p50 khi bị dồn",
	"flood_p95_ms": "ms p95 khi bị dồn", "flood_sent": "gói rác đã gửi", "quarantined": "gói rác đã cách ly", "reads_of": "lần đọc khi đầy", "reads": "lần đọc được", "sign_ins_of": "lần đăng nhập khi đầy",
	"sign_ins": "lần đăng nhập được", "refused": "lần ghi bị từ chối có lời", "jumps": "lần nhảy", "years": "năm trong sổ", "refused_by_date": "lần sổ từ chối ngày lùi",
	"crashes": "lần tiến trình chết", "sends": "lần gửi", "forgotten": "gói trục quên", "documents": "văn bản", "requests": "yêu cầu thu hồi, cập nhật, thay thế"}

// docs/reliability.md is written from the kept lines of the campaigns, and from nothing else: go test ./cmd/congvu -run TestReliabilityPage -update.
func TestReliabilityPageIsThatOfTheKeptFigures(t *testing.T) {
	b, err := os.ReadFile(reliabilityKept)
	if err != nil {
		t.Fatal(err)
	}
	var all []verdict
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	page := reliabilityText(all)
	if *updateRights {
		check(t, os.WriteFile(reliabilityPage, []byte(page), 0o644))
	}
	if have, err := os.ReadFile(reliabilityPage); err != nil || string(have) != page {
		t.Errorf("docs/reliability.md is not that of docs/reliability.jsonl (%v): run this test with -update", err)
	}
}

func reliabilityText(all []verdict) string {
	var b strings.Builder
	b.WriteString("# Độ tin cậy: số liệu đo được\n\nTrang này được tạo từ `docs/reliability.jsonl`; mỗi dòng của tệp ấy là kết quả một đợt thử trên máy thật. Không sửa tay.\n\n" +
		"- Mô phỏng (một hạt giống, một lượt chạy): `go test ./internal/exchange -run TestTheProtocolHolds -sim.seeds=100000 -v`; chạy lại một hạt giống: `-sim.seed=N`.\n" +
		"- Lỗi thật (cần quyền root, `nft`, PostgreSQL): `go test ./cmd/congvu -run TestFaults -faults 'server=200,broker=200,postgres=200,power=50,planted=5,net=20,disk=3,flood=3,clock=10' -faults.out ../../docs/reliability.jsonl -timeout 4h`.\n" +
		"- Sau mỗi đợt là sổ khép kín: mọi việc đã xác nhận với người dùng phải có trong cơ sở dữ liệu; mỗi dòng gửi kết thúc ở đúng một văn bản tại nơi nhận, đúng trạng thái của nơi nhận; xác nhận khớp hàm băm của gói đã gửi; số đi, số đến không thiếu, không trùng.\n\n" +
		"| đợt thử | lượt | việc đã xác nhận | dòng gửi | mất | trùng | xác nhận sai | lệch trạng thái | số thiếu | giây | ngày | bản |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|---|\n")
	for _, v := range all {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %.0f | %s | %s |\n", campaignName(v), v.Rounds, v.Acknowledged, v.Lines, v.Lost, v.Doubled, v.FalseReceipt, v.Differ, v.Gaps,
			v.Seconds, v.Date, v.Commit)
	}
	b.WriteString("\n## Từng đợt\n")
	for _, v := range all {
		fmt.Fprintf(&b, "\n### %s, %s\n\n%s. Máy: %s; cơ sở dữ liệu: %s.\n", campaignName(v), v.Date, v.What, v.Machine, v.Engine)
		if len(v.Figures) > 0 {
			b.WriteString("\n")
		}
		for _, name := range slices.Sorted(maps.Keys(v.Figures)) {
			words := figureNames[name]
			if words == "" {
				words = name
			}
			fmt.Fprintf(&b, "- %s: %s\n", words, strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.1f", v.Figures[name]), "0"), "."))
		}
		if len(v.Failed) > 0 {
			b.WriteString("\nKhông đạt:\n\n")
		}
		for _, text := range v.Failed {
			fmt.Fprintf(&b, "- `%s`\n", strings.ReplaceAll(text, "`", "'"))
		}
	}
	b.WriteString("\n## Giới hạn của phép đo\n\n- Cắt điện chép ảnh đĩa khi mọi tiến trình ghi đã đứng yên: không mô phỏng việc đĩa đảo thứ tự ghi.\n" +
		"- Mô phỏng dùng bảng trạng thái, bảng xác nhận và khoảng chờ của mã thật; lưu trữ và đường truyền là mô hình.\n" +
		"- Mô hình đi trước mã ở ba điểm, mỗi điểm có một lỗi cài sẵn tương ứng: yêu cầu thu hồi, cập nhật được gửi lại cho đến khi có trả lời; trả lời 15, 16 nêu rõ yêu cầu nào; đối chiếu hằng đêm gửi lại cả các trạng thái 02 đến 06 mà nơi gửi chưa nhận.\n" +
		"- Thời gian đo trên máy có tải khác chạy cùng: chỉ so sánh trong cùng một đợt.\n")
	return b.String()
}

func campaignName(v verdict) string {
	if name := campaignNames[v.Campaign]; name != "" {
		return name
	}
	return v.Campaign
}
