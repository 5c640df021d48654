"""What the pages and papers are dressed with: built once at set-up, served as plain files ever after."""
