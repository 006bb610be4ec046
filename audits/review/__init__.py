"""People in the loop: what needs a look, who decided what and why, kept so that it lasts."""
