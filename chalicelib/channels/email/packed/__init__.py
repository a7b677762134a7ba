"""Opens what mails are packed in: winmail.dat, RTF, and signatures that enclose a mail."""
