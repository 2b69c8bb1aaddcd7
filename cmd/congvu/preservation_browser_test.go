package main

import (
	"context"
	"testing"
	"time"

	"congvu/internal/authority"
	"congvu/internal/city"
	"congvu/internal/documents"
	"congvu/internal/store"
	"congvu/internal/web/browsertest"
)

// A sample city keeps its signatures: what it issued and received reaches B-LTA by itself, a release waits for a slow time stamp without holding
// up anybody, and the administrator's page shows it all.
func TestTheSampleCityKeepsItsSignatures(t *testing.T) {
	onlyOnSQLite(t)
	var sim *authority.Simulator
	base, in := startDemoWith(t, 60, func(in *installation) (err error) { sim, err = in.simulateAuthority(); return err })
	figures := settledFigures(t, in)
	if figures.Total() < 10 || figures.In(documents.PreservationFailed) != 0 || figures.Worse != 0 || figures.At("LTA") != figures.In(documents.PreservationKept) {
		t.Fatalf("%+v", figures)
	}
	c := &relay{T: t, base: base, script: true}
	var way string
	c.as("chuyenvien1.sonoivu", "the specialist drafts and submits", func(v visitor) {
		way = v.drafts("thời hạn báo cáo công tác lưu trữ")
		v.press("Trình")
		v.tab.See("#act #to")
		v.choose("#to", "Phòng Cải cách hành chính")
		v.press("Trình")
		v.says("Đã trình dự thảo.")
	})
	c.as("truongphong.sonoivu", "the head of the unit approves", func(v visitor) {
		v.tab.Go(base + way)
		v.press("Duyệt")
		v.tab.See("#act #next")
		v.press("Duyệt, chuyển tiếp")
		v.says("Đã duyệt và chuyển tiếp.")
	})
	answer := sim.Hold()
	c.as("giamdoc.sonoivu", "the director signs without waiting for the time stamp", func(v visitor) {
		v.signs(way)
		v.says("Chờ dấu thời gian: chữ ký của người ký văn bản.")
	})
	c.as("vanthu.sonoivu", "the registry orders the release, which goes on by itself", func(v visitor) {
		v.tab.Go(base + way)
		v.press("Cấp số và phát hành")
		v.tab.See("#act #password")
		v.tab.Fill("#act #password", city.Password)
		v.press("Phát hành")
		v.says("Đã nhận yêu cầu phát hành.")
		v.says("hệ thống tự làm tiếp khi có dấu thời gian")
		v.look("release-waits")
		answer()
		v.says("Đã ban hành")
		v.says("PAdES-B-LTA, gia hạn trước")
		v.tab.Go(base + way)
		v.says("PAdES-B-LTA, gia hạn trước")
		v.look("preserved")
	})
	c.as("quantri.sonoivu", "the administrator looks after the archive", func(v visitor) {
		v.tab.Go(base + "/admin/preservation")
		v.says("Gia hạn sắp tới")
		v.look("preservation")
		v.press("Kiểm tra lại toàn bộ ngay")
		v.says("Đã xếp mọi tệp đã ký vào hàng kiểm tra lại.")
		v.tab.Fill("#check_days", "0")
		v.press("Lưu")
		v.says("Chu kỳ kiểm tra lại phải từ 1 đến 3.650 ngày.")
		v.look("preservation-refused")
		v.tab.Fill("#check_days", "365")
		v.press("Lưu")
		v.says("Đã lưu cách bảo quản chữ ký của cơ quan.")
		v.says("sau 365 ngày")
	})
	c.script = false
	c.as("quantri.sonoivu", "the administrator without scripts", func(v visitor) {
		v.tab.Go(base + "/admin/preservation")
		if !browsertest.Eval[bool](v.tab, `document.querySelector("#check_days").value === "365"`) {
			v.Error("the period was not kept")
		}
		v.press("Kiểm tra lại toàn bộ ngay")
		v.says("Đã xếp mọi tệp đã ký vào hàng kiểm tra lại.")
	})
}

// settledFigures waits until nothing is left to preserve.
func settledFigures(t *testing.T, in *installation) documents.PreservationFigures {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	for {
		f, err := documents.FiguresOfPreservation(ctx, in.DB, store.Actor{Person: 1, Roles: store.SystemAdmin})
		if err != nil {
			t.Fatal(err)
		}
		done, err := in.DB.CaughtUp(ctx, documents.Preserver)
		if err != nil {
			t.Fatal(err)
		}
		if done && f.Total() > 0 && f.In(documents.PreservationWaiting) == 0 {
			return f
		}
		time.Sleep(100 * time.Millisecond)
	}
}
