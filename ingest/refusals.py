"""The refusals the gate and several readers share, in the user's words."""

from ingest.problems import Refused

READABLE = "Excel（xlsx、xls）、Word（docx、doc）、WPS、PDF、网页（html）或文本（txt、csv）格式的绩效目标表"

PICTURES = {
    ".png": "PNG 图片",
    ".jpg": "JPEG 图片",
    ".jpeg": "JPEG 图片",
    ".jfif": "JPEG 图片",
    ".gif": "GIF 图片",
    ".bmp": "BMP 图片",
    ".tif": "TIFF 图片",
    ".tiff": "TIFF 图片",
    ".webp": "WebP 图片",
    ".heic": "HEIC 图片",
    ".heif": "HEIC 图片",
    ".ico": "ICO 图片",
    ".psd": "Photoshop 图片",
}

OTHERS = {
    ".rar": "RAR 压缩包",
    ".7z": "7z 压缩包",
    ".gz": "GZ 压缩包",
    ".exe": "Windows 程序",
    ".dll": "Windows 程序",
    ".mp3": "MP3 音频",
    ".mp4": "MP4 视频",
    ".wav": "WAV 音频",
    ".avi": "AVI 视频",
    ".elf": "程序",
    ".ps": "PostScript 文件",
}


def refuse_password(name: str) -> Refused:
    """The file opens only with a password."""
    return Refused.because(
        "PASSWORD_PROTECTED",
        name,
        "文件设有打开密码，内容已加密",
        "不设密码的文件",
        "请在 Office、WPS 或 PDF 软件中输入密码打开，取消密码后另存，再上传",
    )


def refuse_damaged(name: str, found: str) -> Refused:
    """The file is of a kind we read, but is not whole."""
    return Refused.because(
        "DAMAGED_FILE",
        name,
        f"文件已损坏或不完整：{found}",
        "完整、能正常打开的文件",
        "请先在 Office 或 WPS 中确认文件能打开，另存一份后上传；如是下载所得，请重新下载",
    )


def refuse_kind(name: str, what: str) -> Refused:
    """The file is `what`, a kind we do not read."""
    return Refused.because("UNSUPPORTED_FORMAT", name, f"这是{what}", READABLE, "请另存为上述格式之一后上传")


def refuse_ending(ending: str, name: str) -> Refused:
    """The file is of the kind that usually ends in `ending`: a picture, an archive, a program."""
    if ending in PICTURES:
        return Refused.because(
            "PICTURE",
            name,
            f"这是一张 {PICTURES[ending]}，不是表格文件",
            READABLE,
            "请上传原始的电子表格或文档；只有扫描件时，请先做文字识别并人工核对",
        )
    return refuse_kind(name, " " + OTHERS[ending])


def refuse_recognition(name: str) -> Refused:
    """The text of a scan cannot be recognised on this installation."""
    return Refused.because(
        "RECOGNITION_MISSING",
        name,
        "本系统没有安装文字识别",
        READABLE,
        "请上传原始的 Excel 或 Word 文件，或请系统管理员安装文字识别（requirements/ocr.txt）",
    )
