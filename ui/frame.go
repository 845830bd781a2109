package ui

import "context"

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func density(compact bool) string {
	if compact {
		return "compact"
	}
	return "comfortable"
}

// keyList says what single keys do on every page.
func keyList(ctx context.Context, f *Frame) []Link {
	return append([]Link{
		{Key: "/", Label: T(ctx, "search")},
		{Key: "j k", Label: T(ctx, "next, previous")},
		{Key: "Enter", Label: T(ctx, "open")},
		{Key: "c", Label: T(ctx, "cite")},
		{Key: "u", Label: T(ctx, "undo, or back")},
		{Key: "Esc", Label: T(ctx, "close what is beside")},
		{Key: "Ctrl K", Label: T(ctx, "go to anything on the page")},
		{Key: "?", Label: T(ctx, "this list")},
	}, f.Nav...)
}
