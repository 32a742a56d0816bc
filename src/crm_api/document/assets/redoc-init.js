"use strict";

const page = document.getElementById("page");
const text = "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

Redoc.init(
  page.dataset.openapiUrl,
  {
    hideDownloadButton: false,
    nativeScrollbars: true,
    requiredPropsFirst: false,
    theme: {
      typography: {
        fontFamily: text,
        headings: { fontFamily: text },
        code: { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" },
      },
    },
  },
  page,
);
