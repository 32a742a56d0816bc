"""Development plans: what is to be done to win a deal, by whom and until when (客户开发计划)."""
